"""REST: the bot's own account, its application, the gateway's address, direct-message channels."""

from __future__ import annotations

from . import payloads
from .api import Answer, Call, route
from .errors import ApiError
from .model import Json

GATEWAY = "wss://gateway.discord.gg"


@route("GET", "/users/@me")
def get_me(call: Call) -> Answer:
    return 200, payloads.me(call.world.bot)


@route("GET", "/users/{user_id}")
def get_user(call: Call) -> Answer:
    user = call.world.users.get(call.id("user_id"))
    if user is None:
        raise ApiError(10013)
    return 200, payloads.user(user)


@route("GET", "/users/@me/guilds")
def my_guilds(call: Call) -> Answer:
    guilds = [guild for guild in call.world.guilds.values() if guild.has_bot]
    return 200, [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(call.emulator.bot_permissions(guild)),
            "features": [],
        }
        for guild in guilds
    ]


@route("DELETE", "/users/@me/guilds/{guild_id}")
def leave_guild(call: Call) -> Answer:
    call.emulator.remove_bot(call.world.get_guild(call.id("guild_id")))
    return 204, None


def _application(call: Call) -> Json:
    world = call.world
    return {
        "id": str(world.application_id),
        "name": "Muster",
        "icon": None,
        "description": "",
        "type": None,
        "summary": "",
        "bot": payloads.user(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": call.emulator.application_flags,
        "owner": payloads.user(world.owner),
        "team": None,
        "hook": True,
        "is_verified": False,
        "is_discoverable": False,
        "is_monetized": False,
        "storefront_available": False,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "flags_new": str(call.emulator.application_flags),
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}},
        "explicit_content_filter": 0,
    }


@route("GET", "/oauth2/applications/@me")
def oauth_application(call: Call) -> Answer:
    return 200, _application(call)


@route("GET", "/applications/@me")
def application(call: Call) -> Answer:
    return 200, _application(call)


@route("GET", "/gateway")
def gateway(call: Call) -> Answer:
    return 200, {"url": GATEWAY}


@route("GET", "/gateway/bot")
def gateway_bot(call: Call) -> Answer:
    left = 1000 - len(call.emulator.gateway.identifies)
    start = {"total": 1000, "remaining": left, "reset_after": 86_400_000, "max_concurrency": 1}
    return 200, {"url": GATEWAY, "shards": call.emulator.shards, "session_start_limit": start}


@route("POST", "/users/@me/channels")
def create_dm(call: Call) -> Answer:
    user = call.world.users.get(int((call.body or {}).get("recipient_id") or 0))
    if user is None or user is call.world.bot:
        raise ApiError(50035 if user else 10013)
    return 200, payloads.channel(call.world.dm(user))
