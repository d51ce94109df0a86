from tests.infra.deployment import Deployment


def test_x(deployment: Deployment) -> None:
    print(deployment.ids)
    print(deployment.client("lambda").list_functions())
    print(deployment.client("lambda").list_event_source_mappings())
    assert 0
