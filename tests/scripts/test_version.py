"""Raising the version, and making a release of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import release, version

CHANGES = """\
# Changelog

## Unreleased

### Added

- Something.

## 1.2.3 - 2026-01-01

- Something else.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    package = tmp_path / "src" / "lambda_usage"
    package.mkdir(parents=True)
    (package / "version.py").write_text('"""In one place."""\n\n__version__ = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGES)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "config", "user.name", "Somebody")
    git(tmp_path, "config", "user.email", "somebody@example.com")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    return tmp_path


def git(root: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(("part", "after"), [
    ("patch", "1.2.4"), ("minor", "1.3.0"), ("major", "2.0.0"),
])  # fmt: skip
def test_a_raised_version_has_its_changes_in_a_section_of_its_own(
    part: str, after: str, root: Path
) -> None:
    assert version.raise_version(root, part, "2026-02-03") == ("1.2.3", after)
    assert version.current(root) == after
    head, _, rest = (root / "CHANGELOG.md").read_text().partition(f"## {after} - 2026-02-03\n")
    assert head == "# Changelog\n\n## Unreleased\n\n"
    assert rest == CHANGES.partition("## Unreleased\n")[2]


def test_without_a_change_no_version_is_raised(root: Path) -> None:
    version.raise_version(root, "patch", "2026-02-03")
    before = (root / "CHANGELOG.md").read_text()
    with pytest.raises(version.VersionError, match="no change"):
        version.raise_version(root, "patch", "2026-02-03")
    assert version.current(root) == "1.2.4"
    assert (root / "CHANGELOG.md").read_text() == before


def test_a_checkout_without_a_version_is_told_of(root: Path) -> None:
    (root / "src/lambda_usage/version.py").write_text("")
    with pytest.raises(version.VersionError, match="no line __version__"):
        version.current(root)


def test_a_release_is_committed_and_tagged_once_it_is_proved(root: Path) -> None:
    assert release.main(root, ("true",)) == 0
    assert git(root, "tag", "--list").split() == ["v1.2.4"]
    assert git(root, "log", "-1", "--format=%s").strip() == "Release 1.2.4"
    assert git(root, "status", "--porcelain") == ""


def test_what_cannot_be_proved_is_not_released(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(root, ("false",)) == 3
    assert "make test failed" in capsys.readouterr().err
    assert git(root, "tag", "--list") == git(root, "status", "--porcelain") == ""
    assert version.current(root) == "1.2.3"


def test_what_ends_half_way_leaves_all_as_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(where: Path, part: str, day: str) -> tuple[str, str]:
        (where / "CHANGELOG.md").write_text("half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(release, "raise_version", interrupted)
    with pytest.raises(KeyboardInterrupt):
        release.main(root, ("true",))
    assert git(root, "status", "--porcelain") == ""


def test_a_release_that_cannot_be_tagged_leaves_no_commit(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = git(root, "rev-parse", "HEAD")
    git(root, "config", "tag.gpgSign", "true")
    git(root, "config", "gpg.program", "false")
    assert release.main(root, ("true",)) == 3
    assert "git tag" in capsys.readouterr().err
    assert git(root, "rev-parse", "HEAD") == before
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (("checkout", "--quiet", "-b", "other"), "releases are made of main, and this is other"),
        (("tag", "v1.2.4"), "there is a tag v1.2.4 already"),
        (("rm", "--quiet", "CHANGELOG.md"), "not committed"),
    ],
)
def test_a_release_that_cannot_be_is_refused_with_the_reason(
    before: tuple[str, ...], words: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(root, *before)
    assert release.main(root, ("true",)) == 3
    assert words in capsys.readouterr().err
    assert version.current(root) == "1.2.3"
