"""Every table of Muster, declared once for SQLite and PostgreSQL.

A change here needs a migration in `migrations/versions`; a test compares the two.
"""

from bot.storage.tables.calls import activations as activations
from bot.storage.tables.calls import call_posts as call_posts
from bot.storage.tables.calls import call_rules as call_rules
from bot.storage.tables.calls import call_settings as call_settings
from bot.storage.tables.calls import calls as calls
from bot.storage.tables.calls import checkins as checkins
from bot.storage.tables.calls import contests as contests
from bot.storage.tables.calls import entries as entries
from bot.storage.tables.calls import entry_votes as entry_votes
from bot.storage.tables.calls import files as files
from bot.storage.tables.calls import link_hosts as link_hosts
from bot.storage.tables.calls import nudges as nudges
from bot.storage.tables.calls import reminders as reminders
from bot.storage.tables.calls import streaks as streaks
from bot.storage.tables.chat import dialogues as dialogues
from bot.storage.tables.chat import inbound as inbound
from bot.storage.tables.chat import outbox as outbox
from bot.storage.tables.chat import tickets as tickets
from bot.storage.tables.chat import tokens as tokens
from bot.storage.tables.chat import unreached as unreached
from bot.storage.tables.columns import metadata as metadata
from bot.storage.tables.people import accounts as accounts
from bot.storage.tables.people import members as members
from bot.storage.tables.people import private_unions as private_unions
from bot.storage.tables.people import space_codes as space_codes
from bot.storage.tables.people import spaces as spaces
from bot.storage.tables.people import unions as unions
from bot.storage.tables.people import wallets as wallets
from bot.storage.tables.record import ledger as ledger
from bot.storage.tables.record import ledger_heads as ledger_heads
from bot.storage.tables.record import meta as meta
from bot.storage.tables.tree import endorsements as endorsements
from bot.storage.tables.tree import flags as flags
from bot.storage.tables.tree import invites as invites
from bot.storage.tables.tree import leaders as leaders
from bot.storage.tables.tree import recruits as recruits
from bot.storage.tables.tree import released as released
from bot.storage.tables.tree import rules as rules
from bot.storage.tables.tree import score_rounds as score_rounds
from bot.storage.tables.tree import scores as scores
from bot.storage.tables.tree import support as support
from bot.storage.tables.tree import support_days as support_days
from bot.storage.tables.tree import support_news as support_news
