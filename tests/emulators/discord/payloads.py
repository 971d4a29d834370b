"""The model as Discord's JSON. Every function returns a fresh object."""

from __future__ import annotations

from datetime import datetime

from .model import DM_CHANNEL, Channel, Command, Guild, Interaction, Json, Membership, Message, Role, User
from .permissions import in_channel


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def user(of: User) -> Json:
    shown: Json = {
        "id": str(of.id),
        "username": of.name,
        "discriminator": "0" if not of.bot else "0001",
        "global_name": of.display,
        "avatar": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "clan": None,
        "primary_guild": None,
        "public_flags": 0,
        "flags": 0,
    }
    if of.bot:
        shown["bot"] = True
    return shown


def me(of: User) -> Json:
    return user(of) | {
        "mfa_enabled": True,
        "verified": True,
        "email": None,
        "locale": "en-US",
        "bio": "",
        "accent_color": None,
        "banner": None,
        "banner_color": None,
        "premium_type": 0,
    }


def member(of: Membership, *, with_user: bool = True) -> Json:
    shown: Json = {
        "nick": of.nick,
        "avatar": None,
        "banner": None,
        "roles": [str(role.id) for role in of.roles],
        "joined_at": stamp(of.joined_at),
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    if with_user:
        shown["user"] = user(of.user)
    return shown


def role(of: Role) -> Json:
    shown: Json = {
        "id": str(of.id),
        "name": of.name,
        "description": None,
        "permissions": str(of.permissions),
        "position": of.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": of.managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if of.bot_id is not None:
        shown["tags"] = {"bot_id": str(of.bot_id)}
    return shown


def channel(of: Channel) -> Json:
    shown: Json = {
        "id": str(of.id),
        "type": of.type,
        "flags": 0,
        "last_message_id": str(max(of.messages)) if of.messages else None,
    }
    if of.type == DM_CHANNEL:
        assert of.recipient is not None
        return shown | {"recipients": [user(of.recipient)]}
    assert of.guild is not None
    return shown | {
        "guild_id": str(of.guild.id),
        "name": of.name,
        "topic": of.topic,
        "position": of.position,
        "nsfw": False,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "permission_overwrites": [
            {"id": str(key), "type": kind, "allow": str(allow), "deny": str(deny)}
            for key, (kind, allow, deny) in of.overwrites.items()
        ],
    }


def partial_channel(of: Channel, viewer: Membership | None) -> Json:
    """A channel inside an interaction: with the permissions of who acts."""
    shown = channel(of)
    shown.pop("permission_overwrites", None)
    if viewer is not None:
        shown["permissions"] = str(in_channel(viewer, of))
    return shown


def guild(of: Guild) -> Json:
    return {
        "id": str(of.id),
        "name": of.name,
        "icon": None,
        "icon_hash": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(of.owner.id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 1,
        "roles": [role(each) for each in of.roles.values()],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": of.locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def guild_create(of: Guild, members: list[Membership], *, joined: bool) -> Json:
    """GUILD_CREATE: the guild and what the session's intents let it see.

    `unavailable` is there (false) when a known guild comes back, and absent when the bot was added.
    """
    return (
        ({} if joined else {"unavailable": False})
        | guild(of)
        | {
            "joined_at": stamp(next(iter(of.members.values())).joined_at),
            "large": len(of.members) > 250,
            "member_count": len(of.members),
            "members": [member(each) for each in members],
            "channels": [channel(each) for each in of.channels.values()],
            "threads": [],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
    )


def message(of: Message, *, nested: bool = True) -> Json:
    shown: Json = {
        "id": str(of.id),
        "channel_id": str(of.channel.id),
        "author": user(of.author),
        "content": of.content,
        "timestamp": stamp(of.created_at),
        "edited_timestamp": stamp(of.edited_at) if of.edited_at else None,
        "tts": False,
        "mention_everyone": of.pings_everyone,
        "mentions": [user(each) for each in of.pinged_users],
        "mention_roles": [str(each.id) for each in of.pinged_roles],
        "attachments": [each.payload() for each in of.attachments],
        "embeds": of.embeds,
        "components": of.components,
        "pinned": of.pinned,
        "type": 20 if of.interaction is not None and of.interaction.type == 2 else 0,
        "flags": of.flags,
    }
    if of.reactions:
        shown["reactions"] = [
            {
                "emoji": {"id": None, "name": emoji},
                "count": len(who),
                "count_details": {"burst": 0, "normal": len(who)},
                "burst_colors": [],
                "me_burst": False,
                "burst_me": False,
                "me": False,
                "burst_count": 0,
            }
            for emoji, who in of.reactions.items()
        ]
    if of.nonce is not None:
        shown["nonce"] = of.nonce
    if of.interaction is not None:
        shown |= {
            "application_id": of.interaction.payload["application_id"],
            "webhook_id": of.interaction.payload["application_id"],
            "interaction_metadata": origin(of.interaction),
        }
    if of.reference is not None and nested:
        shown["type"] = 19
        shown["message_reference"] = {
            "type": 0,
            "message_id": str(of.reference.id),
            "channel_id": str(of.reference.channel.id),
        }
        shown["referenced_message"] = message(of.reference, nested=False)
    return shown


def origin(of: Interaction) -> Json:
    """The interaction that a message came from, as the message tells it."""
    shown: Json = {
        "id": str(of.id),
        "type": of.type,
        "user": user(of.user),
        "authorizing_integration_owners": of.payload["authorizing_integration_owners"],
    }
    if of.type == 3 and of.message is not None:
        shown["interacted_message_id"] = str(of.message.id)
    if of.trigger is not None:
        shown["triggering_interaction_metadata"] = origin(of.trigger)
    return shown


def command(of: Command, application_id: int) -> Json:
    shown = {key: value for key, value in of.definition.items() if value is not None}
    permissions = shown.get("default_member_permissions")
    return shown | {
        "id": str(of.id),
        "application_id": str(application_id),
        "version": str(of.version),
        "default_member_permissions": None if permissions is None else str(permissions),
        "description": shown.get("description") or "",
        **({"guild_id": str(of.guild_id)} if of.guild_id else {}),
    }
