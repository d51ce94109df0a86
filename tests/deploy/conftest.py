"""Each way of deploying is gone once. Terraform's, which has to wait a lot, begins first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deploy import by_sam, by_terraform
from tests.deploy.by_terraform import Applied, Applying
from tests.deploy.deployed import Deployed
from tests.support.paths import Unavailable


@pytest.fixture(scope="session")
def applying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applying | str]:
    """Terraform at work, or why it is not."""
    try:
        with Applying(tmp_path_factory.mktemp("terraform")) as found:
            yield found
    except Unavailable as reason:
        yield str(reason)


@pytest.fixture(scope="session", autouse=True)
def _begun(request: pytest.FixtureRequest) -> None:
    """Before the first test here, where any is going to look at what Terraform has done."""
    items = (each for each in request.session.items if isinstance(each, pytest.Function))
    if any("applied" in each.fixturenames or "[terraform]" in each.name for each in items):
        request.getfixturevalue("applying")


@pytest.fixture(scope="session")
def applied(applying: Applying | str) -> Applied:
    """Terraform, done."""
    if isinstance(applying, str):
        pytest.skip(applying)
    return applying.applied()


@pytest.fixture(scope="session", params=["sam", "terraform"])
def deployed(request: pytest.FixtureRequest) -> Deployed:
    """What each way has deployed."""
    if request.param == "terraform":
        return by_terraform.looked_up(request.getfixturevalue("applied"))
    with by_sam.stack() as properties:
        return by_sam.looked_up(properties)
