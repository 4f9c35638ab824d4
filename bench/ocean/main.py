"""The least that makes Port's Ocean do what its Komodor integration does: the same lists, asked for page by page.

Everything else is Ocean's own core: mapping, comparing, writing, deleting. The settings of the page sizes default to those
of the integration that Port ships.
"""

from collections.abc import AsyncGenerator
from typing import Any

from port_ocean.context.ocean import ocean
from port_ocean.utils import http_async_client

Rows = list[dict[str, Any]]


async def _ask(method: str, path: str, **options: Any) -> dict[str, Any]:
    base = str(ocean.integration_config["komodor_base_url"]).rstrip("/")
    answer = await http_async_client.request(
        method,
        base + path,
        headers={"X-API-KEY": ocean.integration_config["komodor_api_key"], "Accept": "application/json"},
        **options,
    )
    answer.raise_for_status()
    return answer.json()


@ocean.on_resync("komodorService")
async def services(_kind: str) -> AsyncGenerator[Rows, None]:
    pagination: dict[str, Any] = {"pageSize": ocean.integration_config["services_page_size"]}
    while True:
        page = await _ask("POST", "/services/search", json={"pagination": pagination})
        yield page["data"]["services"]
        token = page.get("meta", {}).get("token")
        if not token:
            return
        pagination["token"] = token


@ocean.on_resync("komodorHealthMonitoring")
async def risks(_kind: str) -> AsyncGenerator[Rows, None]:
    size = ocean.integration_config["risks_page_size"]
    offset = 0
    while True:
        asked = {
            "pageSize": size,
            "offset": offset,
            "checkCategory": ["workload", "infrastructure"],
            "impactGroupType": ["dynamic", "realtime"],
        }
        page = await _ask("GET", "/health/risks", params=asked)
        yield page["violations"]
        if not page["hasMoreResults"]:
            return
        offset += size
