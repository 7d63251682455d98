"""The objects of one process: Deployment, Service, disruption budget, scaler, or the Job of the migrations."""

from collections.abc import Sequence
from typing import Any, Final

from docs.kubernetes.compose import NAMESPACE, SETTINGS, Object, environment, networks, seconds
from docs.kubernetes.workload import Due

USER: Final = 10001
"""As in the Dockerfile."""
RESOURCES: Final = {
    # bench/README.md: 104 to 113 MiB after half an hour of work; a call takes 3 to 5 ms of CPU, an event 0.6 to 0.8 ms
    "api": {"requests": {"cpu": "250m", "memory": "160Mi"}, "limits": {"memory": "384Mi"}},
    "worker": {"requests": {"cpu": "150m", "memory": "160Mi"}, "limits": {"memory": "384Mi"}},
    "migrate": {"requests": {"cpu": "100m", "memory": "160Mi"}, "limits": {"memory": "384Mi"}},
    # its settings: up to four hashes of passwords at once, of 19 MiB each
    "identity-api": {"requests": {"cpu": "500m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
}
APIS: Final = {"minReplicas": 2, "maxReplicas": 8}
WORKERS: Final = {"minReplicaCount": 2, "maxReplicaCount": 4}
LOOKS_EVERY: Final = 2
"""Seconds between two looks whether a process has started."""
MESSAGES_A_WORKER: Final = 500
"""About a second of work for a worker, by the measured rate of events."""


def api(name: str, container: Object) -> list[Object]:
    """A process that answers people: scaled by its CPU."""
    deployment = _deployment(name, "api", container)
    # the pod leaves the Service before it stops, so that no call is sent to it any more
    pod = deployment["spec"]["template"]["spec"]
    pod["containers"][0]["lifecycle"] = {"preStop": {"sleep": {"seconds": 5}}}
    target = {"type": "Utilization", "averageUtilization": 70}
    scaler = {
        **_object("autoscaling/v2", "HorizontalPodAutoscaler", name),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            **APIS,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        },
    }
    service = {
        **_object("v1", "Service", name),
        # without an address of its own: its name has the addresses of all pods, among which the gateway chooses
        "spec": {"clusterIP": "None", "selector": _selector(name), "ports": [{"name": "http", "port": 8000}]},
    }
    return [deployment, service, budget(name), scaler]


def worker(name: str, container: Object, queues: Sequence[str], due: Due | None) -> list[Object]:
    """A process that handles messages: scaled by the length of its queues, and by what is due in its database.

    The scaler reads both as the same users as the worker.
    """
    service = name.removesuffix("-worker")
    sign_ins = [_sign_in(name, f"{service}-broker", "username", "password")]
    triggers: list[Object] = [
        {
            "type": "rabbitmq",
            "metadata": {
                "host": f"amqp://rabbitmq.{NAMESPACE}.svc:5672/parcourspro",
                "queueName": queue,
                "mode": "QueueLength",
                "value": str(MESSAGES_A_WORKER),
            },
            "authenticationRef": {"name": name},
        }
        for queue in queues
    ]
    if due:
        database = f"{service}-database"
        sign_ins.append(_sign_in(database, database, "password"))
        where = {"host": f"{database}-rw.{NAMESPACE}.svc", "port": "5432", "dbName": service, "userName": service}
        asked = {**where, "sslmode": "require", "query": due.query, "targetQueryValue": str(due.a_worker)}
        triggers.append({"type": "postgresql", "metadata": asked, "authenticationRef": {"name": database}})
    scaler = {
        **_object("keda.sh/v1alpha1", "ScaledObject", name),
        "spec": {"scaleTargetRef": {"name": name}, **WORKERS, "triggers": triggers},
    }
    return [_deployment(name, "worker", container), budget(name), *sign_ins, scaler]


def _sign_in(name: str, secret: str, *keys: str) -> Object:
    return {
        **_object("keda.sh/v1alpha1", "TriggerAuthentication", name),
        "spec": {"secretTargetRef": [{"parameter": key, "name": secret, "key": key} for key in keys]},
    }


def migration(name: str, container: Object) -> list[Object]:
    """The Job of the migrations. The processes are not ready before it has finished."""
    pod = _pod(name, "migrate", container)
    pod["spec"]["restartPolicy"] = "OnFailure"
    spec = {"backoffLimit": 10, "ttlSecondsAfterFinished": 86400, "template": pod}
    return [{**_object("batch/v1", "Job", name), "spec": spec}]


def _deployment(name: str, role: str, container: Object) -> Object:
    pod = _pod(name, role, container)
    starting = seconds(container["healthcheck"]["start_period"])
    live, ready = ({"httpGet": {"path": f"/health/{path}", "port": "http"}} for path in ("live", "ready"))
    pod["spec"]["containers"][0] |= {
        "ports": [{"name": "http", "containerPort": 8000}],
        "startupProbe": {**live, "periodSeconds": LOOKS_EVERY, "failureThreshold": starting // LOOKS_EVERY},
        "livenessProbe": {**live, "periodSeconds": 10, "timeoutSeconds": 5},
        "readinessProbe": {**ready, "periodSeconds": 5, "timeoutSeconds": 5},
    }
    selector = {"matchLabels": _selector(name)}
    pod["spec"]["topologySpreadConstraints"] = [
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": selector,
        }
    ]
    update = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    return {
        **_object("apps/v1", "Deployment", name),
        "spec": {"selector": selector, "strategy": update, "template": pod},
    }


def _pod(name: str, role: str, container: Object) -> Object:
    image = container["image"].partition(":")[0]
    confined = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    process = {
        "name": role,
        "image": image,
        **({"args": container["command"]} if "command" in container else {}),
        "envFrom": [{"configMapRef": {"name": SETTINGS}}],
        "env": environment(container),
        "resources": RESOURCES.get(name, RESOURCES[role]),
        "securityContext": confined,
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - the only folder to write to
    }
    return {
        "metadata": {"labels": {**_selector(name), **networks(container)}},
        "spec": {
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 30,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": USER,
                "runAsGroup": USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [process],
            "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}],
        },
    }


def budget(name: str) -> Object:
    """One pod at a time may leave for the maintenance of a node."""
    return {
        **_object("policy/v1", "PodDisruptionBudget", name),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": _selector(name)}},
    }


def _object(version: str, kind: str, name: str) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}}


def _selector(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name}
