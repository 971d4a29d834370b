"""Contests: taking part, looking at entries and voting, and closing with a ranking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from bot.areas.calls.services import posts as call_posts
from bot.areas.checkins.services.checkins import AnswerOutcome
from bot.areas.contests import services as contests
from bot.areas.contests.domain import MOST_WORDS
from bot.areas.contests.services import Result
from bot.areas.files import services as files
from bot.areas.members.services import display
from bot.chat.chores import Duty, Office
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.incoming import File
from bot.chat.model import Button, Form, Question, Reply, Style, Visibility, bold, p, say
from bot.chat.params import Arg
from bot.chat.targets import Target
from bot.domain.names import one_line
from bot.domain.people import Account, Member, Permission, Union
from bot.domain.photos import Photo
from bot.domain.phrases import phrase, sentences
from bot.domain.transaction import Tx
from bot.errors import NotFound
from commands.checkins.checkins import in_a_row
from commands.contests.views import hub, page, ranking
from commands.files import drawn

area = Area()

CLOSE_EVERY_S = 15


# -- taking part ---------------------------------------------------------------------------------------------


@area.command("call enter", "Take part in a contest", visibility=Visibility.PRIVATE)
async def enter(
    ctx: Context,
    answer: Annotated[str, Arg("Your entry", max_length=MOST_WORDS, long=True)],
    photo: Annotated[File | None, "A picture, if you have one"] = None,
    call: Annotated[int | None, Arg("The number of the call, if it is not today's", minimum=1)] = None,
) -> Reply | Callable[[Context], Reply]:
    """Sends your entry to today's contest, where other members vote for the best one. It counts as your answer to the
    call, and you can change or withdraw it until the contest closes.

    Of a picture only what it shows is kept: hidden details, like the place, are removed. Your name is shown with the
    ranking at the end, and not before. In a group everyone can read the line that you type: write to me in
    private, or press “Take part” under the call, and nobody sees your answer before its time.
    """
    if photo is not None:
        await ctx.read(_check, ctx.union, ctx.member, answer, call)
    picture = await drawn(ctx, photo)
    return lambda now: _entered(now, answer, picture, call)


def _check(tx: Tx, union: Union, member: Member, words: str, call_id: int | None) -> None:
    """Checks whether this entry is taken now, before its picture is fetched."""
    contests.check_entry(tx, union, member, _which(tx, union, member, call_id), words)


def _which(tx: Tx, union: Union, member: Member, call_id: int | None) -> int:
    """Returns the contest that is meant: today's, if none is named. Raises NotFound."""
    if call_id is not None:
        return call_id
    running = contests.running(tx, union, member)
    if running is None:
        raise NotFound(phrase("There is no contest today. `/call today` shows what there is."))
    return running.id


def _entered(ctx: Context, words: str, picture: Photo | None, call_id: int | None) -> Reply:
    tx, union, member = ctx.tx, ctx.union, ctx.member
    call_id = _which(tx, union, member, call_id)
    file_id = files.keep(tx, union, member, picture) if picture else None
    space = ctx.standing.space
    given, again = contests.enter(tx, union, member, call_id, words, file_id, space.id if space else None)
    said = phrase("Your entry is changed.") if again else phrase("You are in.")
    if given.outcome is AnswerOutcome.DONE and given.counted:
        said = sentences([said, in_a_row(given.counted)])
    elif given.outcome is AnswerOutcome.WAITING:
        said = sentences([said, phrase("It counts as your answer to the call once it is confirmed.")])
    return hub(ctx, given.call, said)


@area.action("contest.form")
def form(ctx: Context, call: int) -> Reply:
    found = contests.of(ctx.tx, ctx.union, ctx.member, call)
    if not contests.is_open(ctx.tx, found):
        return hub(ctx, found)
    mine = contests.entry_of(ctx.tx, found, ctx.member)
    questions = (
        Question(
            "answer", phrase("Your entry"), "long", max_length=MOST_WORDS, default=mine.words if mine else ""
        ),
        Question("photo", phrase("A picture, if you have one"), "photo", required=False),
    )
    return Reply(form=Form(phrase("Take part"), questions, "/call enter", {"call": call}))


@area.action("contest.withdraw")
def withdraw(ctx: Context, call: int) -> Reply:
    contests.withdraw(ctx.tx, ctx.union, ctx.member, call)
    return say(
        phrase("Your entry is withdrawn, and so is your answer to the call. You can send in another."),
        edit=True,
    )


# -- looking and voting --------------------------------------------------------------------------------------


@area.command(
    "call entries", "Look at a contest's entries and vote, or see its ranking", visibility=Visibility.PRIVATE
)
def entries(
    ctx: Context,
    call: Annotated[int | None, Arg("The number of the call, if it is not today's", minimum=1)] = None,
) -> Reply:
    """Shows the entries of today's contest, one after another, in a different order to everyone. You have one vote,
    not for yourself. You can move it or take it back until the contest closes: votes are counted only then.

    If the contest is closed, this shows the ranking. Only you see this. Moderators of the union can remove an entry,
    and the union's record shows that they did.
    """
    found = contests.of(ctx.tx, ctx.union, ctx.member, call) if call is not None else None
    found = found or contests.latest(ctx.tx, ctx.union, ctx.member)
    return _look(ctx, found.id, ctx.may(Permission.UNION_MODERATOR))


def _look(ctx: Context, call_id: int, moderates: bool) -> Reply:
    call = contests.of(ctx.tx, ctx.union, ctx.member, call_id)
    if not contests.is_open(ctx.tx, call):
        return hub(ctx, call)
    shown = contests.first(ctx.tx, ctx.union, ctx.member, call_id)
    if shown is None:
        return hub(ctx, call, phrase("Nobody has sent in an entry yet."))
    looked = page(ctx, shown, moderates)
    return Reply(looked.blocks, looked.buttons, visibility=Visibility.PRIVATE)


@area.action("contest.look")
def look(ctx: Context, call: int) -> Reply:
    return _look(ctx, call, moderates=False)


@area.action("contest.next")
def following(ctx: Context, call: int, entry: int, number: int, moderates: bool) -> Reply:
    found = contests.of(ctx.tx, ctx.union, ctx.member, call)
    if not contests.is_open(ctx.tx, found):
        return hub(ctx, found, edit=True)
    shown = contests.following(ctx.tx, ctx.union, ctx.member, call, entry, number)
    return page(ctx, shown, moderates) if shown else hub(ctx, found, edit=True)


@area.action("contest.vote")
def vote(ctx: Context, call: int, entry: int, number: int, moderates: bool) -> Reply:
    return page(ctx, contests.vote(ctx.tx, ctx.union, ctx.member, call, entry, number), moderates)


@area.action("contest.remove", permission=Permission.UNION_MODERATOR)
def remove(ctx: Context, entry: int) -> Reply:
    call, author_id = contests.remove(ctx.tx, ctx.union, ctx.member, entry)
    account = display.reachable(ctx.tx, author_id)
    if account is not None:
        title = bold(one_line(call.title))
        ctx.post(
            account, say(phrase("A moderator removed your entry in {contest}. Ask them why.", contest=title))
        )
    return say(
        phrase("Removed. The union's record shows that you removed an entry, but not what it said."),
        edit=True,
    )


# -- closing -------------------------------------------------------------------------------------------------


@area.command(
    "call decide",
    "Close a contest before its time",
    permission=Permission.LEADER,
    visibility=Visibility.PRIVATE,
)
def decide(
    ctx: Context,
    call: Annotated[int | None, Arg("The number of the call, if it is not today's", minimum=1)] = None,
) -> Reply:
    """Closes a contest of yours and its call now: the votes are counted, and the ranking is posted where calls are.
    Nobody loses the day: one press under its post still counts it, until the call would have closed. Without this
    command the contest closes with its call. Leaders close contests of their own branch, the founder any.
    """
    running = contests.running(ctx.tx, ctx.union, ctx.member) if call is None else None
    if call is None and running is None:
        raise NotFound(phrase("There is no contest today. `/call list` shows your calls."))
    found = contests.closable(ctx.tx, ctx.union, ctx.member, running.id if running else call or 0)
    ask = p(
        phrase(
            "Close {contest} now? After that nobody can send in an entry or vote.",
            contest=bold(one_line(found.title)),
        )
    )
    button = Button(
        phrase("Close it"), "contest.close", {"call": found.id}, Style.DANGER, single_use=True, lasts_s=600
    )
    return say(ask, buttons=((button,),))


@area.action("contest.close", permission=Permission.LEADER)
def close(ctx: Context, call: int) -> Reply:
    contests.closable(ctx.tx, ctx.union, ctx.member, call)
    result = contests.close(ctx.tx, ctx.union, call, ctx.member)
    if result is None:
        raise NotFound(phrase("This contest is already closed. `/call entries` shows its ranking."))
    _tell(ctx, result)
    return ranking(ctx, result, ctx.place.platform, edit=True)


@area.chore(every_s=CLOSE_EVERY_S)
async def close_contests(office: Office) -> None:
    """Closes the contests whose calls are over, and posts their rankings."""

    async def close(due: tuple[Union, int]) -> None:
        union, call_id = due
        await office.write(union, _close, call_id)

    await office.each(await office.read(contests.due), close)


def _close(duty: Duty, call_id: int) -> None:
    result = contests.close(duty.tx, duty.union, call_id)
    if result is not None:
        _tell(duty, result)


def _tell(by: Context | Duty, result: Result) -> None:
    """Posts the ranking where the call was posted. A branch's call has no posts: then sends it to the author."""
    call = result.call
    targets: list[Target | Account] = []
    if call.leader_id is None:
        spaces, _ = call_posts.places(by.tx, by.union)
        targets += [Target(space.platform, chat=space.chat, thread=space.thread) for space in spaces]
    elif (author := display.reachable(by.tx, call.author_id)) is not None:
        targets.append(author)
    for number, target in enumerate(targets):
        shown = ranking(by, result, target.platform)
        visibility = Visibility.PRIVATE if isinstance(target, Account) else Visibility.PUBLIC
        by.post(target, Reply(shown.blocks, visibility=visibility), f"contest:{call.id}:{number}")
