"""The one way our processes reach the Temporal server."""

from __future__ import annotations

from temporalio.client import Client, GrpcCompression
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.runtime import Runtime

from settings import Settings


async def connect(settings: Settings, runtime: Runtime | None = None, *, lazy: bool = False) -> Client:
    """A client that speaks pydantic. A ``lazy`` one connects at its first call, and raises there.

    Raises ``RuntimeError`` when nobody answers at ``temporal_address``.
    """
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=pydantic_data_converter,
        # The server is next door: packing costs more than it saves, on both sides.
        grpc_compression=GrpcCompression.NONE,
        runtime=runtime,
        lazy=lazy,
    )
