"""The compose file: what it mounts is there, and nobody but this machine can reach it.

Whether the images start is not tried: there is no container registry where the tests run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from dashboards.build import HERE
from tests.dashboards.test_alerts import promtool

FILE = HERE / "compose.yaml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))["services"]


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def mounts() -> dict[str, Path]:
    """Folders and files of ours, by where containers find them."""
    found = {}
    for service in SERVICES.values():
        for mount in service["volumes"]:
            source, target, mode = mount.split(":")
            assert mode == "ro"
            found[target] = (HERE / source).resolve()
    return found


def test_what_is_mounted_is_there() -> None:
    assert all(each.exists() for each in mounts().values())


def test_ports_are_open_to_this_machine_only() -> None:
    for service in SERVICES.values():
        assert all(each.startswith("127.0.0.1:") for each in service["ports"])


def test_images_have_a_version() -> None:
    for service in SERVICES.values():
        assert service["image"].rpartition(":")[2].lstrip("v")[0].isdigit()


def test_prometheus_takes_its_configuration_and_finds_the_rules() -> None:
    folder = mounts()["/etc/prometheus"]
    assert "--config.file=/etc/prometheus/prometheus.yml" in SERVICES["prometheus"]["command"]
    said = promtool("check", "config", folder / "prometheus.yml")
    assert "1 rule files found" in said


def test_the_collector_writes_where_prometheus_takes_it() -> None:
    endpoint = read(mounts()["/etc/collector.yaml"])["exporters"]["prometheusremotewrite"]
    assert endpoint["endpoint"] == "http://prometheus:9090/api/v1/write"
    assert any("remote-write-receiver" in each for each in SERVICES["prometheus"]["command"])


def test_grafana_finds_its_data_source_and_the_dashboards() -> None:
    provisioning = mounts()["/etc/grafana/provisioning"]
    (source,) = read(provisioning / "datasources" / "prometheus.yaml")["datasources"]
    assert source["isDefault"]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = read(provisioning / "dashboards" / "lambda-usage.yaml")["providers"]
    assert provider["options"]["path"] in mounts()
    home = Path(SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (mounts()[str(home.parent)] / home.name).exists()
