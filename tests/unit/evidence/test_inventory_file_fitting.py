"""Which of several uploaded trees stands for what is deployed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambda_usage.bundle.model import (
    Bundle,
    BundleId,
    BundleInfo,
    Origin,
    OriginUsage,
    SourceFile,
)
from lambda_usage.evidence.fitting import deployments, fit, misfit

DAY = 86_400.0
Tree = dict[str, str]

OLD: Tree = {"app.py": "a1", "jobs.py": "j1", "shared.py": "s1"}
NEW: Tree = {**OLD, "app.py": "a2"}


class Fleet:
    """A bundle, as processes of several packages would add up to."""

    def __init__(self) -> None:
        self.bundle = Bundle()

    def runs(
        self, function: str, tree: Tree, days: tuple[float, float], package: str = "", **fields: str
    ) -> None:
        origin = replace(Origin(function, package=package or str(sorted(tree.items()))), **fields)
        files = {path: SourceFile(path, found, 1, loaded=True) for path, found in tree.items()}
        self.bundle.origins[origin] = OriginUsage(files=files)
        for day in days:
            name = BundleId("p", len(self.bundle.bundles))
            time = day * DAY
            self.bundle.bundles[name] = BundleInfo(name, origin, False, time, time + 60, True)

    def best(self, *trees: Tree) -> Tree:
        """The tree that fits best; the first of equals."""
        deployed = deployments(self.bundle)
        return max(trees, key=lambda tree: fit(tree, deployed).rank)


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


def test_the_tree_that_was_deployed_last_is_chosen(fleet: Fleet) -> None:
    fleet.runs("orders", OLD, (1, 20))
    fleet.runs("orders", NEW, (20, 21))
    assert fleet.best(OLD, NEW) == NEW


def test_a_tree_that_is_not_deployed_yet_is_not_chosen(fleet: Fleet) -> None:
    fleet.runs("orders", OLD, (1, 20))
    assert fleet.best(NEW, OLD) == OLD


def test_a_version_that_takes_over_counts_while_the_old_one_runs(fleet: Fleet) -> None:
    fleet.runs("orders", OLD, (1, 20.9), version="1")
    fleet.runs("orders", NEW, (20, 20.5), version="2")
    assert fleet.best(OLD, NEW) == NEW


def test_a_version_that_was_rolled_back_counts_no_more(fleet: Fleet) -> None:
    fleet.runs("orders", OLD, (1, 30))
    fleet.runs("orders", NEW, (20, 21))
    assert fleet.best(NEW, OLD) == OLD


def test_functions_ship_parts_of_a_tree(fleet: Fleet) -> None:
    fleet.runs("orders", {"app.py": "a2", "shared.py": "s1"}, (5, 20))
    fleet.runs("jobs", {"jobs.py": "j1", "shared.py": "s1"}, (1, 20))
    assert fleet.best(OLD, NEW) == NEW
    found = fit(NEW, deployments(fleet.bundle))
    assert (found.shipped, found.shipped_same) == (3, 3)


def test_the_newest_deployment_outweighs_all_older_ones(fleet: Fleet) -> None:
    for name in ("one", "two", "three"):
        fleet.runs(name, OLD, (1, 20))
    fleet.runs("four", NEW, (19, 20))
    assert fleet.best(OLD, NEW) == NEW


def test_where_the_newest_decides_nothing_an_older_one_does(fleet: Fleet) -> None:
    fleet.runs("orders", {"app.py": "a2"}, (19, 20))
    fleet.runs("jobs", {"jobs.py": "j1"}, (1, 20))
    later = {**NEW, "jobs.py": "j2"}
    assert fleet.best(later, NEW) == NEW


def test_functions_of_other_trees_do_not_count(fleet: Fleet) -> None:
    fleet.runs("orders", NEW, (1, 20))
    fleet.runs("other team's", {"app.py": "x", "main.py": "m"}, (10, 20))
    assert fleet.best(OLD, NEW) == NEW


def test_a_function_that_is_called_once_a_month_still_counts(fleet: Fleet) -> None:
    fleet.runs("monthly", OLD, (1, 2))
    fleet.runs("orders", {"elsewhere.py": "e"}, (1, 30))
    assert fleet.best({"app.py": "a9"}, OLD) == OLD


def test_trees_that_differ_in_nothing_deployed_fit_equally(fleet: Fleet) -> None:
    fleet.runs("orders", OLD, (1, 20))
    deployed = deployments(fleet.bundle)
    assert fit(OLD, deployed).rank == fit({**OLD, "test_app.py": "t"}, deployed).rank


def test_of_trees_without_a_deployed_version_one_laid_out_alike_is_nearer(fleet: Fleet) -> None:
    fleet.runs("orders", OLD, (1, 20))
    moved = {f"src/{path}": found for path, found in OLD.items()}
    other = dict.fromkeys(OLD, "different")
    assert fleet.best(moved, other) == other


def test_files_of_unknown_content_fit_nothing(fleet: Fleet) -> None:
    fleet.runs("orders", {"app.py": ""}, (1, 20))
    assert fit({"app.py": ""}, deployments(fleet.bundle)).rank == ((0,), False)


def test_a_package_is_known_through_other_processes_of_it(fleet: Fleet) -> None:
    fleet.runs("orders", OLD, (1, 2), package="p1")
    fleet.runs("orders", {"app.py": "a1"}, (3, 4), package="p1", alias="live")
    (newest, _) = deployments(fleet.bundle)
    assert newest.lambda_function == "orders:live"
    assert newest.files == set(OLD.items())


def test_no_data_fits_all_trees_alike() -> None:
    assert deployments(Bundle()) == []
    assert fit(OLD, []).rank == ((), False)


def test_a_tree_without_a_common_path_is_no_source_of_the_data(fleet: Fleet) -> None:
    fleet.runs("orders", OLD, (1, 20))
    assert misfit(["app.py"], fleet.bundle) is None
    moved = misfit(["src/app.py", "src/jobs.py", "tests/app.py"], fleet.bundle)
    assert moved is not None
    assert (moved.shipped, moved.folder) == ("app.py", "src")
    other = misfit(["unrelated.py"], fleet.bundle)
    assert other is not None
    assert other.folder is None
    assert misfit(["unrelated.py"], Bundle()) is None
