"""Makes a Temporal namespace ready for hazards: it exists, keeps histories long, knows our attributes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from workflows.contract import SEARCH_ATTRIBUTES

_ATTEMPTS = 40
_NOT_YET = (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.CANCELLED)
"""What was registered a moment ago is not yet known to every part of the server; and a call that was cut off
says nothing of the namespace."""
_NAMES_EVERY_ATTRIBUTE = " AND ".join(f"{key.name} = '-'" for key in SEARCH_ATTRIBUTES)

RETENTION = timedelta(days=3650)
"""How long closed runs stay on the server; hazards must be kept three years at least (N54)."""


async def prepare(client: Client, retention: timedelta = RETENTION) -> None:
    """Idempotent. Raises ``RPCError`` when the server refuses."""
    keep = Duration()
    keep.FromTimedelta(retention)
    for attempt in range(_ATTEMPTS):
        try:
            await _exists(client, keep)
            await _add_search_attributes(client)
            await client.count_workflows(_NAMES_EVERY_ATTRIBUTE)
            return
        except RPCError as error:
            if error.status not in _NOT_YET or attempt == _ATTEMPTS - 1:
                raise
            await asyncio.sleep(0.5)


async def _exists(client: Client, keep: Duration) -> None:
    """With this retention, which may have been another."""
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(
                namespace=client.namespace, workflow_execution_retention_period=keep, description="隐患清零"
            )
        )
        return
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=keep)
        )
    )


async def _add_search_attributes(client: Client) -> None:
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = {
        key.name: key.indexed_value_type
        for key in SEARCH_ATTRIBUTES
        if key.name not in known.custom_attributes
    }
    if missing:
        request = AddSearchAttributesRequest(namespace=client.namespace)
        for name, kind in missing.items():
            request.search_attributes[name] = IndexedValueType.ValueType(kind)
        await client.operator_service.add_search_attributes(request)
