# Prints the targets of a Makefile, with the words behind ##, for a terminal of 80 columns.

/^##@ / { print "\n" substr($0, 5) }

/^[a-z -]+:.*## / {
    line = sprintf("  %-16s", $1)
    if (length($1) > 16) {
        print "  " $1
        line = sprintf("%18s", "")
    }
    number = split($2, words, " ")
    for (i = 1; i <= number; i++) {
        if (length(line) + length(words[i]) >= 80) {
            print line
            line = sprintf("%18s", "")
        }
        line = line " " words[i]
    }
    print line
}
