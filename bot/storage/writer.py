"""The one writer: it runs many functions in one durable transaction (group commit).

The writer takes all functions that wait, runs each in a savepoint of one transaction, and answers their callers only
after that transaction is durable. Syncing the disk costs as much for 500 functions as for one.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from bot.domain.clock import Clock
from bot.errors import MusterError, OutcomeUnknown, StorageError, TryAgain
from bot.storage.session import Failure, FailureKind, Session
from bot.storage.transaction import Transaction

BATCH_LIMIT = 500
WAITING_LIMIT = 10_000
ATTEMPTS = 3
RECONNECT_DELAYS = (0.0, 0.1, 0.3, 1.0, 2.0)
"""Seconds to wait before each attempt to connect again. Writes wait meanwhile."""
PURGE_AGAIN_S = 0.5
"""Seconds to wait before the files are purged again, while a reader still needs what was erased."""
PURGE_FAILED_S = 60.0
"""Seconds to wait after purging failed, for example because the disk is full."""

OUTCOME_UNKNOWN = (
    "The connection to the database broke while this was being saved, so it may have been done or not. "
    "Look before you do it again."
)

OnBatch = Callable[[int, float], None]
"""Is called after each durable transaction with the number of its functions and the seconds it took."""

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Job:
    """A function to run in a transaction, and the future that its caller waits for."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    future: asyncio.Future[Any]
    value: Any = field(default=None, init=False)
    error: BaseException | None = field(default=None, init=False)


class _AbortedError(Exception):
    """A whole transaction failed. With `committing`, it may have been done all the same."""

    def __init__(self, failure: Failure, *, committing: bool = False) -> None:
        super().__init__(failure.text)
        self.failure = failure
        self.committing = committing


class Writer:
    """A thread with its own connection; `submit` and `close` are called from one event loop."""

    def __init__(
        self, session: Session, clock: Clock, prepare: Callable[[Session], object], on_batch: OnBatch | None
    ) -> None:
        self._session = session
        self._clock = clock
        self._prepare = prepare
        self._on_batch = on_batch
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._broken = False
        self._purge_at: float | None = 0.0  # a process that was killed may have left something to purge
        self.problem: str | None = None

    async def start(self) -> None:
        """Connects and prepares the schema. Raises StorageError when the database cannot be used."""
        ready: asyncio.Future[None] = self._loop.create_future()
        threading.Thread(target=self._main, args=(ready,), name="muster-writer", daemon=True).start()
        await ready

    def submit(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> asyncio.Future[Any]:
        """Queues a function. Raises TryAgain when too many wait, StorageError when the writer is closed."""
        if self._stopping.is_set():
            raise StorageError("Muster is stopping and takes nothing new. Try again when it is back.")
        if self._queue.qsize() >= WAITING_LIMIT:
            raise TryAgain("Too much is waiting to be saved. Nothing was changed; try again in a moment.")
        future = self._loop.create_future()
        self._queue.put(Job(function, arguments, keywords, future))
        return future

    async def close(self) -> None:
        """Finishes all functions that were accepted, then ends the thread and releases the lock."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._queue.put(None)
        await asyncio.shield(self._ended)

    # -- the thread --------------------------------------------------------------------------------

    def _main(self, ready: asyncio.Future[None]) -> None:
        try:
            self._session.connect()
            self._prepare(self._session)
        except BaseException as error:
            failure = self._session.diagnose(error)
            self._session.close()
            self._tell(_finish, ready, StorageError(failure.text) if failure else error)
            return
        self._tell(_finish, ready, None)
        self._purge()
        while (jobs := self._take()) is not None:
            if jobs:
                self._process(jobs)
            self._purge()
        self._session.close()
        self._tell(_finish, self._ended, None)

    def _take(self) -> list[Job] | None:
        """Returns the jobs that wait, at most BATCH_LIMIT; None when it is time to end.

        There are none if nothing came until it is time to purge the files.
        """
        jobs: list[Job] = []
        try:
            job = self._queue.get(timeout=self._until_purge())
        except Empty:
            return jobs
        while job is not None:
            jobs.append(job)
            if len(jobs) >= BATCH_LIMIT:
                return jobs
            try:
                job = self._queue.get_nowait()
            except Empty:
                return jobs
        if jobs:
            self._queue.put(None)
            return jobs
        return None

    def _until_purge(self) -> float | None:
        return None if self._purge_at is None else max(0.0, self._purge_at - time.monotonic())

    def _purge(self) -> None:
        """Takes what was erased out of the files of the database, or tries again later."""
        if self._purge_at is None or self._purge_at > time.monotonic():
            return
        self._purge_at = time.monotonic() + PURGE_AGAIN_S
        if not self._session.connected:
            return
        try:
            if self._session.purge():
                self._purge_at = None
        except Exception as error:  # writing goes on all the same, and tells what is wrong with the database
            self._purge_at = time.monotonic() + PURGE_FAILED_S
            log.warning("Erased rows are still in the log: %s", error, extra={"action": "storage.purge"})

    def _process(self, jobs: Sequence[Job]) -> None:
        for _ in range(ATTEMPTS):
            try:
                self._transaction(jobs)
                return
            except _AbortedError as aborted:
                failure = aborted.failure
                unknown = aborted.committing and failure.kind is FailureKind.LOST
                if failure.kind is FailureKind.CONFLICT and len(jobs) > 1:
                    for job in jobs:
                        self._process([job])
                    return
                if unknown or failure.kind not in (FailureKind.CONFLICT, FailureKind.LOST):
                    break
            except BaseException as error:
                log.exception("The writer failed", extra={"action": "storage.write"})
                self._session.disconnect()
                self._settle(jobs, error)
                return
        self._refuse(jobs, failure, unknown=unknown)

    def _transaction(self, jobs: Sequence[Job]) -> None:
        """Runs the jobs and settles them once they are durable. Raises _AbortedError if the transaction failed."""
        started = time.perf_counter()
        committing = False
        self._connect()
        try:
            execute = self._session.cursor.execute
            execute(self._session.begin)
            for job in jobs:
                self._run(job)
            committing = True
            execute("COMMIT")
        except BaseException as error:
            failure = self._session.diagnose(error)
            if failure is None:
                log.exception("A transaction failed", extra={"action": "storage.write"})
                failure = Failure(FailureKind.REFUSED, "Saving failed for a reason that is in Muster's log.")
            self._roll_back()
            raise _AbortedError(failure, committing=committing) from error
        self._recovered()
        self._settle(jobs, None, batch=(len(jobs), time.perf_counter() - started))

    def _run(self, job: Job) -> None:
        execute = self._session.cursor.execute
        execute("SAVEPOINT one")
        tx = Transaction(self._session.cursor, self._session.dialect, self._clock.now())
        try:
            job.value = job.function(tx, *job.arguments, **job.keywords)
            job.error = None
            # This fails if the function swallowed an error of the database: then it is undone like any other.
            execute("RELEASE SAVEPOINT one")
            if tx.erases and self._purge_at is None:
                self._purge_at = 0.0
        except BaseException as error:
            if self._session.diagnose(error) is not None:
                raise
            job.error = error
            execute("ROLLBACK TO SAVEPOINT one")
            execute("RELEASE SAVEPOINT one")

    def _connect(self) -> None:
        if self._broken:
            raise _AbortedError(Failure(FailureKind.BROKEN, self.problem or ""))
        if self._session.connected:
            return
        # While a problem lasts, one attempt for each batch is enough: callers should get their error at once.
        delays = RECONNECT_DELAYS if self.problem is None else RECONNECT_DELAYS[:1]
        for delay in delays:
            time.sleep(delay)
            try:
                self._session.connect()
                return
            except MusterError as error:
                failure = Failure(FailureKind.REFUSED, str(error))
            except Exception as error:
                found = self._session.diagnose(error)
                if found is None:
                    raise
                failure = Failure(
                    FailureKind.BROKEN if found.kind is FailureKind.BROKEN else FailureKind.REFUSED,
                    found.text,
                )
        raise _AbortedError(failure)

    def _roll_back(self) -> None:
        try:
            self._session.cursor.execute("ROLLBACK")
        except Exception:
            # After some errors, SQLite has rolled back by itself. A fresh connection is right in any case.
            self._session.disconnect()

    def _refuse(self, jobs: Sequence[Job], failure: Failure, *, unknown: bool) -> None:
        if failure.kind is FailureKind.CONFLICT:
            self._settle(jobs, TryAgain(failure.text))
            return
        if self.problem != failure.text:
            log.error("Writes are refused: %s", failure.text, extra={"action": "storage.refused"})
        self.problem = failure.text
        self._broken = failure.kind is FailureKind.BROKEN
        self._settle(jobs, OutcomeUnknown(OUTCOME_UNKNOWN) if unknown else StorageError(failure.text))

    def _recovered(self) -> None:
        if self.problem is not None:
            log.warning("Writes work again", extra={"action": "storage.recovered"})
            self.problem = None

    def _settle(
        self, jobs: Sequence[Job], error: BaseException | None, batch: tuple[int, float] | None = None
    ) -> None:
        if error is not None:
            for job in jobs:
                job.error = error
        self._tell(self._deliver, jobs, batch)

    def _tell(self, function: Callable[..., None], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            log.warning("The event loop ended before the writer", extra={"action": "storage.write"})

    # -- the event loop ----------------------------------------------------------------------------

    def _deliver(self, jobs: Iterable[Job], batch: tuple[int, float] | None) -> None:
        for job in jobs:
            if job.error is not None:
                _finish(job.future, job.error)
            elif not job.future.done():
                job.future.set_result(job.value)
        if batch is not None and self._on_batch is not None:
            self._on_batch(*batch)


def _finish(future: asyncio.Future[Any], error: BaseException | None) -> None:
    if future.done():  # the caller was cancelled
        return
    if error is None:
        future.set_result(None)
    elif isinstance(error, StopIteration):  # a future refuses to carry it
        future.set_exception(RuntimeError(f"the function raised {error!r}"))
    else:
        future.set_exception(error)
