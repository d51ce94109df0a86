"""The roles of a deployed stack, as moto's server enforces them.

It checks the signature of each request and the policy of the role that signed it, so far as moto
knows that: actions all, resources of S3 alone (elsewhere each resource of a policy is widened to
``*`` for it), conditions never. It knows no grant that a service makes by itself.
"""

from __future__ import annotations

import ast
import json
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.infra.deployment import ACCOUNT, Deployment
from tests.support.emulator import REGION

ENOUGH = 1_000_000
"""Requests that the server takes from anybody: all of a test's."""


Client = Callable[[str], Any]
"""Makes a client of a service, as the role."""


class Grant(NamedTuple):
    """One action on one resource."""

    action: str
    resource: str


def grants(statements: Iterable[Any]) -> list[Grant]:
    """What statements allow, one by one."""
    return [
        Grant(action, resource)
        for each in statements
        for action in _listed(each["Action"])
        for resource in _listed(each["Resource"])
    ]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True)
class Role:
    """A role that the stack has made, to be used in this process."""

    deployment: Deployment
    name: str
    monkeypatch: pytest.MonkeyPatch

    @property
    def statements(self) -> list[Any]:
        """Of its one policy, as IAM has it."""
        iam = self.deployment.client("iam")
        assert iam.list_attached_role_policies(RoleName=self.name)["AttachedPolicies"] == []
        (name,) = iam.list_role_policies(RoleName=self.name)["PolicyNames"]
        document = iam.get_role_policy(RoleName=self.name, PolicyName=name)["PolicyDocument"]
        if isinstance(document, str):  # moto's CloudFormation writes a dictionary, and no JSON
            document = ast.literal_eval(document)
        found: list[Any] = document["Statement"]
        assert all(each["Effect"] == "Allow" for each in found)
        return found

    @contextmanager
    def assumed(self, allowed: Iterable[Grant]) -> Iterator[Client]:
        """Enforces that this process is the role, which has no other rights than these."""
        iam, sts = self.deployment.client("iam"), self.deployment.client("sts")
        arn = f"arn:aws:iam::{ACCOUNT}:role/{self.name}"
        (policy,) = iam.list_role_policies(RoleName=self.name)["PolicyNames"]
        before = {"Version": "2012-10-17", "Statement": self.statements}
        self._put(policy, {"Version": "2012-10-17", "Statement": [*map(_for_moto, allowed)]})
        given = sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        with self.monkeypatch.context() as patch:
            patch.setenv("AWS_ACCESS_KEY_ID", given["AccessKeyId"])
            patch.setenv("AWS_SECRET_ACCESS_KEY", given["SecretAccessKey"])
            patch.setenv("AWS_SESSION_TOKEN", given["SessionToken"])
            patch.setenv("AWS_ENDPOINT_URL", self.deployment.server.endpoint)
            patch.setenv("AWS_REGION", REGION)
            patch.setenv("AWS_DEFAULT_REGION", REGION)
            patch.delenv("AWS_PROFILE", raising=False)
            patch.setattr(boto3, "DEFAULT_SESSION", None)  # it would keep its credentials
            self._enforce_after(0)
            try:
                session: Any = boto3.session.Session()
                yield session.client
            finally:
                self._enforce_after(ENOUGH)
                self._put(policy, before)

    def _put(self, policy: str, document: dict[str, Any]) -> None:
        self.deployment.client("iam").put_role_policy(
            RoleName=self.name, PolicyName=policy, PolicyDocument=json.dumps(document)
        )

    def _enforce_after(self, requests: int) -> None:
        url = f"{self.deployment.server.endpoint}/moto-api/reset-auth"
        headers = {"Content-Type": "text/plain"}
        request = urllib.request.Request(url, b"%d" % requests, headers)
        urllib.request.urlopen(request).close()


def _for_moto(grant: Grant) -> dict[str, str]:
    resource = grant.resource if grant.action.startswith("s3:") else "*"
    return {"Effect": "Allow", "Action": grant.action, "Resource": resource}


def denied(call: Callable[..., Any], **parameters: Any) -> bool:
    """Whether the server refuses a call for want of a right."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"] in {"403", "AccessDenied", "AccessDeniedException"}
    return False
