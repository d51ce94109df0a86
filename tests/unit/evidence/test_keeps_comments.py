"""What ``# lambda-usage: keep`` comments keep."""

from __future__ import annotations

import sys
import textwrap

import pytest

from lambda_usage.evidence._keep_comments import read_keeps
from lambda_usage.evidence._keep_words import KeepWords, keep_words

Spans = list[tuple[int, int]]


def spans(text: str, encoding: str = "utf-8") -> Spans:
    found, mistakes = read(text, encoding)
    assert mistakes == []
    return found


def read(text: str, encoding: str = "utf-8") -> tuple[Spans, list[str]]:
    content = textwrap.dedent(text).encode(encoding)
    keeps, mistakes = read_keeps(content, content.count(b"\n") + 1)
    return [(each.first, each.last) for each in keeps], [f"{m.line}: {m.reason}" for m in mistakes]


def said(comment: str) -> KeepWords:
    words = keep_words(comment)
    assert words is not None
    return words


def test_a_term_and_a_reason_are_read() -> None:
    assert said("# lambda-usage: keep until=2027-03-01 reason=year-end job") == KeepWords(
        reason="year-end job", until="2027-03-01"
    )


def test_both_are_optional_and_come_in_any_order() -> None:
    assert said("# lambda-usage: keep") == KeepWords()
    assert said("# lambda-usage: keep reason=year-end job until=2027-03-01") == KeepWords(
        reason="year-end job", until="2027-03-01"
    )


@pytest.mark.parametrize(
    "comment",
    [
        "#lambda-usage:keep reason=audit",
        "#  Lambda-Usage: KEEP reason=audit",
        "# lambda_usage: keep reason=audit",
        "# lambda-usage keep reason=audit",
        "# noqa: E501  # lambda-usage: keep reason=audit",
        "# lambda-usage: keep reason=audit  # noqa: E501",
        "# lambda-usage: keep reason = audit",
        "# lambda-usage: keep reason='audit' # noqa: E501",
    ],
)
def test_spelling_and_neighbours_do_not_matter(comment: str) -> None:
    assert said(comment) == KeepWords(reason="audit")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("ticket #12, a=b", "ticket #12, a=b"),
        ('"until=then # and so on"', "until=then # and so on"),
        ("'the \"old\" way'", 'the "old" way'),
        (r'"the \"old\" way"', 'the "old" way'),
        (r'"C:\temp"', r"C:\temp"),
        ('""', ""),
    ],
)
def test_a_reason_survives(written: str, reason: str) -> None:
    assert said(f"# lambda-usage: keep reason={written}") == KeepWords(reason=reason)


@pytest.mark.parametrize("comment", ["# keep", "# see the lambda-usage: keep comment", "#"])
def test_other_comments_are_none_of_ours(comment: str) -> None:
    assert keep_words(comment) is None


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("keep until=2027-13-01", "until=2027-13-01 is no day: write until=YYYY-MM-DD"),
        ("keep until=20270301", "until=20270301 is no day: write until=YYYY-MM-DD"),
        ("keep untill=2027-03-01", "there is no untill=: write # lambda-usage: keep until="),
        ("keep for now", "'for now' is not understood: write # lambda-usage: keep until="),
        ("kep", "'kep' is not known: write # lambda-usage: keep until="),
        ("", "it does not say what to do: write # lambda-usage: keep until="),
        ('keep reason="open', "the quotation mark before 'open' is not closed"),
        ("keep until=2027-03-01 until=2028-03-01", "until= stands twice"),
    ],
)
def test_a_mistake_is_named_with_what_to_write(words: str, problem: str) -> None:
    assert said(f"# lambda-usage: {words}").problem.startswith(problem)


def test_a_term_that_cannot_be_read_never_ends() -> None:
    found = said("# lambda-usage: keep until=March reason=audit")
    assert (found.until, found.reason) == (None, "audit")


def test_a_mistake_keeps_all_the_same() -> None:
    found, mistakes = read("def f():  # lambda-usage: keep untill=2027-03-01\n    return 1\n")
    assert found == [(1, 2)]
    assert mistakes[0].startswith("1: there is no untill=")


DECORATED = """\
    x = 0

    {0}
    @first  {1}
    @second(  {2}
        1,
    )
    {3}
    async def f(  {4}
        a,
        {5}
        b=2,
    ) -> int:  {6}
        {7}
        \"\"\"Doc.\"\"\"  {8}

        return 1


    y = 1
"""


@pytest.mark.parametrize("place", range(9))
def test_anywhere_at_a_header_keeps_the_function(place: int) -> None:
    marks = ["#"] * 9
    marks[place] = "# lambda-usage: keep"
    assert spans(DECORATED.format(*marks)) == [(4, 17)]


def test_above_a_class_keeps_it_with_all_that_is_in_it() -> None:
    text = """\
        # Why it is here.
        # lambda-usage: keep
        # And more.

        class A:
            x = 1

            def f(self):
                return lambda: 1

        y = 2
    """
    assert spans("z = 0\n\n" + textwrap.dedent(text)) == [(7, 11)]


def test_at_an_inner_function_keeps_no_more_than_that() -> None:
    text = """\
        class A:
            def f(self):
                return 1

            @property  # lambda-usage: keep
            def g(self):
                def h():
                    return 2
                return h

            def i(self): return 3  # lambda-usage: keep
    """
    assert spans(text) == [(5, 9), (11, 11)]


def test_at_a_statement_keeps_that_statement() -> None:
    text = """\
        def f(x):
            a = 1
            b = [
                lambda: 1,  # lambda-usage: keep
                2,
            ]
            # lambda-usage: keep
            c = 1; d = 2
            return a
    """
    assert spans(text) == [(3, 6), (8, 8)]


COMPOUND = """\
def f(x):
    if x:  # 2
        a()
    elif y:  # 4
        b()
    else:  # 6
        c()
    for _ in x:  # 8
        d()
    else:  # 10
        e()
    try:  # 12
        g()
    except (
        ValueError,  # 15
    ):
        h()
    except TypeError:  # 18
        i()
    finally:  # 20
        j()
    match x:  # 22
        case [1,
              2]:  # 24
            k()
        case _:  # 26
            l()
    with (
        x as y,  # 29
        y as z,
    ):
        m()
    while x: n()  # 33
    async def o(): pass  # 34
    return 1  # 35
"""


@pytest.mark.parametrize(
    ("row", "span"),
    [
        (2, (2, 7)),
        (4, (4, 5)),
        (6, (6, 7)),
        (8, (8, 11)),
        (10, (10, 11)),
        (12, (12, 21)),
        (15, (14, 17)),
        (18, (18, 19)),
        (20, (20, 21)),
        (22, (22, 27)),
        (24, (23, 25)),
        (26, (26, 27)),
        (29, (28, 32)),
        (33, (33, 33)),
        (34, (34, 34)),
        (35, (35, 35)),
    ],
)
def test_a_compound_statement_is_kept_whole_and_a_part_of_it_alone(
    row: int, span: tuple[int, int]
) -> None:
    assert spans(COMPOUND.replace(f"# {row}\n", "# lambda-usage: keep\n")) == [span]


@pytest.mark.parametrize(
    "text",
    [
        "import os\n\n\ndef f():\n    return 1\n\n# lambda-usage: keep-file\n",
        "#!/usr/bin/env python\n# lambda-usage: keep-file\n\nimport os\n\n\ndef f(): ...\n",
        '# lambda-usage: keep\n"""Doc."""\nimport os\n\n\ndef f():\n    ...\n',
        '"""Doc."""  # lambda-usage: keep\nimport os\n\n\ndef f():\n    ...\n\n',
    ],
)
def test_a_whole_file_is_kept(text: str) -> None:
    assert spans(text) == [(1, text.count("\n") + 1)]


def test_directly_above_the_first_statement_is_about_that_statement() -> None:
    assert spans('"""Doc."""\n# lambda-usage: keep\ndef f():\n    return 1\n\nx = 1\n') == [(3, 4)]


def test_at_the_top_and_apart_from_the_first_statement_keeps_the_file_and_is_doubted() -> None:
    found, mistakes = read("# lambda-usage: keep\n\nimport os\n\n\ndef f(): ...\n")
    assert found == [(1, 7)]
    assert mistakes == [
        "1: it keeps the whole file: write keep-file for that, or put it directly above "
        "the statement that it shall keep"
    ]


def test_below_all_of_its_block_keeps_the_block_and_is_doubted() -> None:
    found, mistakes = read(
        """\
        def f():
            if x:
                a()
                # lambda-usage: keep
            return 1
            # lambda-usage: keep

        def g():
            return 2
        # lambda-usage: keep
        """
    )
    assert found == [(2, 3), (1, 5), (1, 11)]
    assert [each.partition(":")[0] for each in mistakes] == ["4", "6", "10"]
    assert "keeps what begins in line 2" in mistakes[0]


def test_text_in_a_string_keeps_nothing() -> None:
    text = '''\
        a = "# lambda-usage: keep"
        b = """
        # lambda-usage: keep
        """
        c = f"{a} # lambda-usage: keep"
        d = rb'# lambda-usage: keep'
    '''
    assert spans(text) == []


def test_syntax_of_newer_pythons_is_no_obstacle() -> None:
    text = """\
        type Pair[T] = tuple[T, T]  # lambda-usage: keep

        def f[T: int = bool](
            x: T,  # lambda-usage: keep
        ) -> T:
            return x

        try:
            pass
        except ValueError, TypeError:  # lambda-usage: keep
            pass
    """
    assert spans(text) == [(1, 1), (3, 6), (10, 11)]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="3.11 cannot parse such a file at all")
def test_text_in_a_nested_string_keeps_nothing() -> None:
    text = """x = f'{a['# lambda-usage: keep']} {b # lambda-usage: keep\n}'\n"""
    assert spans(text) == [(1, 2)]


def test_a_file_that_is_only_comments_is_kept_whole() -> None:
    assert read("# lambda-usage: keep\n")[0] == [(1, 2)]


def test_rows_are_those_of_python_whatever_ends_them() -> None:
    text = "def f():\n    return 1\n\n\ndef g():  # lambda-usage: keep\n    return 2\n"
    for end in ("\r\n", "\r"):
        assert spans(text.replace("\n", end)) == [(5, 6)]


def test_form_feeds_and_tabs_are_white_space() -> None:
    text = "x = 1\n\f\ndef f():\n\tif x:\n\t\ty()\n\f\t# lambda-usage: keep\n\treturn 1\n"
    assert spans(text) == [(7, 7)]


def test_separators_that_end_no_row_in_python_end_none_here() -> None:
    text = "x = 'a\u2028b\x0bc'  # \x85\ndef f():  # lambda-usage: keep\n    return 1\n"
    assert spans(text) == [(2, 3)]


def test_a_declared_encoding_is_obeyed() -> None:
    text = "# -*- coding: latin-1 -*-\nx = 'é'\ndef f(): ...  # lambda-usage: keep reason=é\n"
    keeps, _ = read_keeps(text.encode("latin-1"), 4)
    assert [(each.first, each.last, each.reason) for each in keeps] == [(3, 3, "é")]


def test_a_byte_order_mark_is_no_character() -> None:
    assert spans("# lambda-usage: keep\ndef f(): ...\n", "utf-8-sig") == [(2, 2)]


def test_the_last_line_needs_no_end() -> None:
    assert spans("def f():\n    return 1  # lambda-usage: keep") == [(2, 2)]
