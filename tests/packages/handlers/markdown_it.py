from markdown_it import MarkdownIt

COMMONMARK = MarkdownIt()


def html(event):
    return COMMONMARK.render(event["text"])


def tables(event):
    return MarkdownIt("commonmark", {"typographer": True}).enable("table").render(event["text"])


def tokens(event):
    return [(each.type, each.level) for each in MarkdownIt("zero").parse(event["text"])]


def preset(event):
    return MarkdownIt(event["name"])


def handler(event, context):
    return globals()[event["do"]](event)
