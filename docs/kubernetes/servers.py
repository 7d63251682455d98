"""The database of each service, and the broker of all, as objects of their operators."""

from collections.abc import Sequence
from typing import Final

from docs.kubernetes.compose import NAMESPACE, Object

NODES: Final = 3
BROKER: Final = "rabbitmq"
BROKER_IMAGE: Final = "rabbitmq:4.3-management"
DATABASE_IMAGE: Final = "ghcr.io/cloudnative-pg/postgresql:18.6"
BROKER_USER: Final = 999


def database(service: str) -> Object:
    """A cluster for each service: it is sized, backed up and restored to a moment without touching another's."""
    owner = f"{service}_owner"
    statements = [  # as in deploy/postgres/10-services.sh
        f"CREATE ROLE {service} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE",
        f"REVOKE ALL ON DATABASE {service} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {service} TO {service}",
        f"ALTER ROLE {service} SET idle_in_transaction_session_timeout = '30s'",
        f"ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    ]
    keepalives = {"idle": "30", "interval": "10", "count": "3"}
    return {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {"name": f"{service}-database"},
        "spec": {
            "instances": NODES,
            "imageName": DATABASE_IMAGE,
            "storage": {"size": "20Gi"},
            "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
            "inheritedMetadata": {"labels": {"parcourspro.network/database": "member"}},
            "postgresql": {
                # what is answered is on two machines
                "synchronous": {"method": "any", "number": 1},
                # up to 20 for each process, one more for a worker: 8 apis and 4 workers, and as many old ones
                "parameters": {
                    "max_connections": "500",
                    "shared_buffers": "256MB",
                    **{f"tcp_keepalives_{name}": value for name, value in keepalives.items()},
                },
            },
            # without an archive of the log only a standby that stands still gives a consistent copy
            "backup": {
                "target": "prefer-standby",
                "volumeSnapshot": {"online": False, "snapshotOwnerReference": "backup"},
            },
            "bootstrap": {
                "initdb": {
                    "database": service,
                    "owner": owner,
                    "secret": {"name": f"{service}-database-owner"},
                    "postInitApplicationSQL": statements,
                }
            },
            "managed": {
                "roles": [
                    {
                        "name": service,
                        "ensure": "present",
                        "login": True,
                        "passwordSecret": {"name": f"{service}-database"},
                    }
                ]
            },
        },
    }


def backup(service: str, number: int) -> Object:
    """A snapshot each night, ten minutes after that of the service before. `number`: the service's, from 0."""
    name = f"{service}-database"
    return {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "ScheduledBackup",
        "metadata": {"name": name},
        "spec": {
            "schedule": f"0 {number * 10 % 60} 2 * * *",  # with seconds
            "cluster": {"name": name},
            "method": "volumeSnapshot",
            "backupOwnerReference": "self",
        },
    }


def broker(services: Sequence[str], settings: str) -> Object:
    """Three nodes. An init container writes the definitions with the users; each node loads them at its start.

    `settings`: the lines of deploy/rabbitmq/rabbitmq.conf.
    """
    lines = [line for line in settings.splitlines() if line and not line.startswith("#")]
    lines += [
        # the first node declares the queues before the others have joined
        "quorum_queue.continuous_membership_reconciliation.enabled = true",
        f"quorum_queue.continuous_membership_reconciliation.target_group_size = {NODES}",
        "cluster_partition_handling = pause_minority",
    ]
    run = {"name": "definitions", "mountPath": "/run/parcourspro"}
    passwords = [
        {
            "name": f"{name.upper()}_BROKER_PASSWORD",
            "valueFrom": {"secretKeyRef": {"name": f"{name}-broker", "key": "password"}},
        }
        for name in ("operator", *services)
    ]
    confined = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    writer = {
        "name": "definitions",
        "image": BROKER_IMAGE,
        "command": ["bash", "/etc/parcourspro/start.sh", "true"],
        "env": passwords,
        "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}},
        "securityContext": {"runAsNonRoot": True, "runAsUser": BROKER_USER, **confined},
        "volumeMounts": [run, {"name": "files", "mountPath": "/etc/parcourspro"}],
    }
    volumes = [
        {"name": "definitions", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
        {"name": "files", "configMap": {"name": "broker"}},
    ]
    template = {
        "metadata": {"labels": {"parcourspro.network/broker": "member"}},
        "spec": {
            "initContainers": [writer],
            "containers": [{"name": "rabbitmq", "volumeMounts": [run]}],
            "volumes": volumes,
        },
    }
    return {
        "apiVersion": "rabbitmq.com/v1beta1",
        "kind": "RabbitmqCluster",
        "metadata": {"name": BROKER, "namespace": NAMESPACE},
        "spec": {
            "replicas": NODES,
            "image": BROKER_IMAGE,
            "persistence": {"storage": "20Gi"},
            "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
            "rabbitmq": {"additionalConfig": "\n".join(lines) + "\n"},
            "override": {"statefulSet": {"spec": {"template": template}}},
        },
    }
