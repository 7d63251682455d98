"""The objects of one process: Deployment, Service, disruption budget, scaler, or the Job of the migrations."""

from collections.abc import Sequence
from typing import Any, Final

from docs.kubernetes.compose import NAMESPACE, SETTINGS, Object, environment, networks

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
    return [deployment, service, _budget(name), scaler]


def worker(name: str, container: Object, queues: Sequence[str]) -> list[Object]:
    """A process that handles messages: scaled by the length of its queues, which the scaler reads as the same user."""
    user = f"{name.removesuffix('-worker')}-broker"
    sign_in = {
        **_object("keda.sh/v1alpha1", "TriggerAuthentication", name),
        "spec": {
            "secretTargetRef": [{"parameter": key, "name": user, "key": key} for key in ("username", "password")],
        },
    }
    triggers = [
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
    scaler = {
        **_object("keda.sh/v1alpha1", "ScaledObject", name),
        "spec": {"scaleTargetRef": {"name": name}, **WORKERS, "triggers": triggers},
    }
    return [_deployment(name, "worker", container), _budget(name), sign_in, scaler]


def migration(name: str, container: Object) -> list[Object]:
    """The Job of the migrations. The processes are not ready before it has finished."""
    pod = _pod(name, "migrate", container)
    pod["spec"]["restartPolicy"] = "OnFailure"
    spec = {"backoffLimit": 10, "ttlSecondsAfterFinished": 86400, "template": pod}
    return [{**_object("batch/v1", "Job", name), "spec": spec}]


def _deployment(name: str, role: str, container: Object) -> Object:
    pod = _pod(name, role, container)
    live, ready = ({"httpGet": {"path": f"/health/{path}", "port": "http"}} for path in ("live", "ready"))
    pod["spec"]["containers"][0] |= {
        "ports": [{"name": "http", "containerPort": 8000}],
        "startupProbe": {**live, "periodSeconds": 2, "failureThreshold": 30},
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


def _budget(name: str) -> Object:
    return {
        **_object("policy/v1", "PodDisruptionBudget", name),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": _selector(name)}},
    }


def _object(version: str, kind: str, name: str) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}}


def _selector(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name}
