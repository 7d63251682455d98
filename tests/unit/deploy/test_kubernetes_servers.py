"""The servers of the compose file on Kubernetes, as objects of their operators: databases and broker."""

from docs import generate
from tests.unit.deploy.objects import COMPOSE, SERVICES, of


def test_the_servers_are_three_and_in_their_networks() -> None:
    databases = of("Cluster")
    assert set(databases) == {f"{name}-database" for name in SERVICES}
    for name, each in databases.items():
        service = name.removesuffix("-database")
        start = each["spec"]["bootstrap"]["initdb"]
        assert (each["spec"]["instances"], start["database"], start["owner"]) == (3, service, f"{service}_owner")
        assert each["spec"]["inheritedMetadata"]["labels"] == {"parcourspro.network/database": "member"}
        [role] = each["spec"]["managed"]["roles"]
        assert (role["name"], role["passwordSecret"]["name"]) == (service, name)
    [broker] = of("RabbitmqCluster").values()
    configured = broker["spec"]["rabbitmq"]["additionalConfig"].splitlines()
    shipped = (generate.ROOT / "deploy/rabbitmq/rabbitmq.conf").read_text().splitlines()
    assert {line for line in shipped if line and not line.startswith("#")} <= set(configured)
    assert (broker["metadata"]["name"], broker["spec"]["replicas"]) == ("rabbitmq", 3)
    assert broker["spec"]["image"] == COMPOSE["rabbitmq"]["image"]
    template = broker["spec"]["override"]["statefulSet"]["spec"]["template"]
    assert template["metadata"]["labels"] == {"parcourspro.network/broker": "member"}
    users = {entry["name"] for entry in template["spec"]["initContainers"][0]["env"]}
    assert users == set(COMPOSE["rabbitmq"]["environment"])
