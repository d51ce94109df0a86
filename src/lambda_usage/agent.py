"""One per process: what happens before and after each invocation.

Nothing else talks to everybody. All that is called from the user's thread is guarded: an error of
ours is logged, counted and, when it goes on, ends the recording of this process, but it never
reaches the function.
"""

from __future__ import annotations

import sys
import threading
import time
from contextvars import ContextVar, Token

from lambda_usage.admission import Admission
from lambda_usage.delivery.dispatch import Dispatch
from lambda_usage.delivery.lifecycle import watch
from lambda_usage.delivery.pending import Pending
from lambda_usage.gate import make_gate
from lambda_usage.identity import origin, task_root
from lambda_usage.invocation import Invocation
from lambda_usage.recording.choice import make_recorder
from lambda_usage.recording.loading import LoadHook, codes_in_memory
from lambda_usage.recording.scope import Scope
from lambda_usage.sampling.headroom import remaining_time
from lambda_usage.sampling.overhead import Overhead
from lambda_usage.sampling.randomness import renew
from lambda_usage.sampling.sampler import NEVER
from lambda_usage.sampling.trace import current_group, current_trace
from lambda_usage.settings import Settings
from lambda_usage.telemetry.logs import Log, kind_and_place
from lambda_usage.telemetry.telemetry import Telemetry
from lambda_usage.windows import Windows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType

    from lambda_usage.delivery.batch import Batch, Totals
    from lambda_usage.flush import BundleMaker
    from lambda_usage.invocation import Passing
    from lambda_usage.recording.recorder import Recorder
    from lambda_usage.sampling.sampler import Draw
    from lambda_usage.sampling.trace import Trace

_ERRORS_TO_GIVE_UP = 3
FORKED_PROCESSES = "forked processes"
GIVEN_UP = "processes switched off after errors"
CANNOT_RECORD = "processes that could not record"

_TAKEN = 0
"""In place of the ``id()`` of a token: an invocation that was under way when the gate was asked."""

_inside: ContextVar[bool] = ContextVar("lambda_usage_inside", default=False)
"""Set while an invocation is under way in this thread or task: a second agent's wrapper, a
decorator within it, or the handler calling itself, is part of that invocation."""


class Agent:
    """Records one process's usage."""

    def __init__(self, settings: Settings, attach: str, log: Log) -> None:
        self.settings = settings
        self.log = log
        self.scope = Scope(task_root(), settings.include, settings.exclude)
        self.recorder: Recorder = _recorder(settings, self.scope, log)
        self.overhead = Overhead(settings, traced=self.recorder.name == "ctrace")
        self.dispatch = Dispatch(settings, self, log)
        self.pending = Pending()
        self.telemetry = Telemetry(self)
        self.attach = attach
        self.started = time.time()
        self.errors = 0
        self.last_error = ""
        """Kind and place of the latest error of ours."""
        self.active = True
        self.off = False
        """Whether it records nothing though the process goes on."""
        self._lock = threading.RLock()
        self._running: set[int] = set()
        """The invocations that are under way, by the ``id()`` of their token."""
        self._init = True
        self.gate = make_gate(_inside, sys.modules, self.telemetry.group_to_pass)
        """Asked before :meth:`begin` and :meth:`end`, which are for what it does not let pass."""
        self.admission = Admission(self.gate, traced=self.recorder.name == "ctrace")
        self.windows = Windows(self)

    def start(self, *, before_handler: bool) -> None:
        """Begin to record.

        Args:
            before_handler: Whether the handler's module is yet to be imported, so that its init
                can be observed. Where it is not, what is in memory already is found and armed.

        Raises:
            RecorderUnavailable: This process gives no way to record.
        """
        always = self.recorder.name == "monitoring"
        traced = self.windows.is_traced()
        observe = before_handler and not traced and self.overhead.pays_init
        self.recorder.start(record_init=always or observe)
        self.pending.inits = int(observe)
        LoadHook(self._on_code).install()
        if not before_handler:
            self._find_loaded()
        watch(self)

    def _on_code(self, code: CodeType) -> None:
        """Called for every module that is loaded, ours and the libraries' included."""
        try:
            if self.active:
                path = self.scope.loaded(code.co_filename)
                if path is not None:
                    self.recorder.add(code, path)
        except Exception as error:
            self.failed(error)

    def _find_loaded(self) -> None:
        for code in list(codes_in_memory()):
            path = self.scope.relative(code.co_filename)
            if path is not None:
                self.recorder.add(code, path)
                self.recorder.registry.found_alive(code)
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            path = self.scope.relative(file) if isinstance(file, str) else None
            if path is not None:
                self.recorder.registry.loaded_unseen(path)

    def handler_loaded(self) -> None:
        """The init phase is over."""
        if self._init:
            self._init = False
            if not self.recorder.end_init():
                self.windows.beside_tracer()
                self.pending.inits = 0
            self.telemetry.handler_loaded()

    def delivered(self, *, final: bool) -> None:
        """Bundles have left, or could not: send metrics with them."""
        self.telemetry.delivered(final=final)

    def begin(self, context: object, frame: FrameType | None = None) -> Invocation | Passing | None:
        """Before an invocation, or a block, that did not pass the gate.

        Args:
            context: Lambda's context object, if there is one.
            frame: For a block: the frame that it stands in.

        Returns:
            What to give to :meth:`end`; ``None`` where this is part of another invocation.
        """
        if not self.active or _inside.get():
            return None
        token: Token[bool] | None = None
        try:
            if self._init:
                self.handler_loaded()
            now = time.time()
            if not self.dispatch.quiet_from <= now < self.dispatch.quiet_until:
                self.dispatch.before(context)
            trace = current_trace() if self.overhead.sampler.by_trace else None
            group = current_group() if trace is None else trace.group
            with self._lock:
                self._settle()
                alias = self.admission.came(context)
                draw = self._draw(now, trace, context)
                self.pending.tally(alias).invocation(group, now, sampled=draw.probability > 0)
                if self.telemetry.spans is not None:
                    self.telemetry.spans.begin(draw)
                token = _inside.set(True)
                self._running.add(id(token))
                if draw.chosen or self.overhead.times():
                    invocation = Invocation(token, alias, group, draw)
                    self._watch(invocation, frame)
                    return invocation
            return token, time.perf_counter()
        except BaseException as error:
            self._broke_off(error, token, id(token))
            return None

    def _broke_off(self, error: BaseException, token: Token[bool] | None, running: int) -> None:
        """Whatever was raised in the midst of our work leaves nothing under way for ever.

        Raises:
            BaseException: It is none of ours: a signal's, say, whose handler raised it.
        """
        try:
            with self._lock:
                self._running.discard(running)
                if token is None:  # it may have been set, and nobody could note by what
                    _inside.set(False)
                else:
                    _reset(token)
                    window = self.windows.current
                    if window is not None and window.token is token:
                        self.windows.void()
        except Exception as another:
            self.failed(another)
        if not isinstance(error, Exception):
            raise error
        self.failed(error)

    def _draw(self, now: float, trace: Trace | None, context: object) -> Draw:
        if self._running or self.windows.is_traced():
            self.windows.void()
            return NEVER
        return self.overhead.draw(now, trace, remaining_time(context))

    def _watch(self, invocation: Invocation, frame: FrameType | None) -> None:
        """Look at the clocks, and open a window if it is to be one."""
        invocation.clock = self.overhead.clock()
        if invocation.draw.chosen:
            self.windows.open(invocation, frame)
        invocation.started = time.perf_counter()

    def end(self, invocation: Invocation | Passing | None, *, error: bool) -> None:
        """After an invocation; *error* if its handler raised."""
        if invocation is None:
            return
        try:
            now = time.perf_counter()
            token, started, running = self._began(invocation)
            if isinstance(invocation, Invocation):
                clock = self.overhead.clock() - invocation.clock
                _reset(token)
                with self._lock:
                    self._running.discard(running)
                    self._end_watched(invocation, now - started, clock, error=error)
                    self._open_up()
            else:
                _reset(token)
                with self._lock:
                    self._running.discard(running)
                    self.overhead.passed(now - started, 1, now - started)
                    self._open_up()
        except BaseException as problem:
            token, _, running = self._began(invocation)
            self._broke_off(problem, token, running)

    def _began(self, invocation: Invocation | Passing) -> tuple[Token[bool], float, int]:
        """The token of an invocation, when it began, and what it is under way as."""
        if isinstance(invocation, Invocation):
            return invocation.token, invocation.started, id(invocation.token)
        if isinstance(invocation, tuple):
            return *invocation, id(invocation[0])
        return invocation, self.admission.started, _TAKEN

    def _open_up(self) -> None:
        self.overhead.affords_flush(self.dispatch.cpu_s)  # the next bundle is saved for
        if self.active and not self._running and self.telemetry.lets_pass:
            self.admission.open(self.overhead, self.dispatch)
            if not self.active:  # a thread of ours has given up meanwhile
                self.gate.close()

    def _settle(self) -> None:
        """Count what has passed the gate, and let nothing pass: all else comes after it."""
        if self.admission.settle(self.pending, self.overhead):
            self._running.add(_TAKEN)

    def _end_watched(
        self, invocation: Invocation, duration: float, clock: float, *, error: bool
    ) -> None:
        if self.windows.current is invocation:
            self.windows.close(invocation, duration, clock, error=error)
        else:
            self.overhead.ran(duration, clock, first=invocation.draw.first)

    @property
    def affords_flush(self) -> bool:
        """Whether the budget has room for a bundle."""
        with self._lock:
            self._settle()
            return self.overhead.affords_flush(self.dispatch.cpu_s)

    def flush(self) -> None:
        """Deliver what was counted since the last bundle, in the background."""
        self.dispatch.flush()

    def finish(self) -> None:
        """Deliver the last bundle, now; nothing is recorded after it. Never raises.

        A signal's handler may call this, within the function's code.
        """
        self.active = False
        try:
            self.dispatch.finish()
        except Exception as error:
            self.failed(error)

    def abandon(self) -> None:
        """Record nothing, deliver nothing: nothing ran that a bundle could tell of."""
        self.recorder.registry.abandon()
        self.active = False
        self.gate.close()
        self._lock = threading.RLock()  # in a child, nobody lets go of one that is held
        self.dispatch.abandon()

    def forked(self) -> None:
        """A child has our identity, but nobody hears of what it runs: count it."""
        self.pending.losses[FORKED_PROCESSES] += 1

    def cannot_record(self, why: str) -> None:
        """Live on to say so in one bundle, at the end."""
        from lambda_usage.recording.absent import AbsentRecorder

        self.recorder = AbsentRecorder(self.recorder.name)
        self.active, self.off = False, True
        self.pending.losses[f"{CANNOT_RECORD}: {why}"] += 1
        watch(self)

    def before_snapshot(self) -> None:
        """Tell of this init now: however many copies there will be, it happened once."""
        self.handler_loaded()
        self.dispatch.before_snapshot()
        self.telemetry.before_snapshot()

    def after_restore(self) -> None:
        """Be a process of its own, that shares nothing with the other copies."""
        renew()
        self.pending.inits = 0
        self.pay_from(Overhead(self.settings, traced=self.recorder.name == "ctrace"))
        self.dispatch.after_restore()
        self.telemetry.restored()

    def pay_from(self, overhead: Overhead) -> None:
        """Let *overhead* have all that is to come."""
        with self._lock:
            self._settle()
            self.overhead = overhead

    def take(self, *, final: bool) -> Batch:
        """What was counted since this was last asked; *final* with an init that served nobody."""
        with self._lock:
            self._settle()
            if not final and self.windows.current is None:
                self.telemetry.look_for_spans()  # windows, which look for one too, may be rare
            return self.pending.take(self.overhead.take_costs(), final=final)

    def give_back(self, batch: Batch) -> None:
        """Count again what was taken and cannot be delivered now."""
        with self._lock:
            self.pending.give_back(batch)

    def totals(self) -> Totals:
        """Invocations and windows since the process began."""
        with self._lock:
            self._settle()
            return self.pending.totals()

    def spent(self) -> tuple[float, float]:
        """What windows and delivery have cost so far, and how long handlers ran, in seconds."""
        with self._lock:  # else what is being moved from one sum to another is told twice
            return self.overhead.spent()

    def paths(self) -> int:
        """Distinct paths of windows since the last bundle."""
        return self.pending.paths()

    def new_maker(self) -> BundleMaker:
        """What makes the bundles of this process."""
        from lambda_usage.flush import BundleMaker  # no business of a cold start

        identity = origin(self.attach, self.recorder.name, self.scope.root)
        return BundleMaker(self.recorder, self.scope, identity)

    def failed(self, error: BaseException) -> None:
        """Note an error of ours; a few of them end the recording."""
        self.errors += 1
        self.last_error = kind_and_place(error)
        self.log.once(
            "ERROR",
            f"lambda-usage failed and the function was not affected: {type(error).__name__}",
            error=self.last_error,
        )
        if self.errors >= _ERRORS_TO_GIVE_UP and self.active:
            self.active, self.off = False, True
            self.gate.close()
            self.pending.losses[GIVEN_UP] += 1
            self.log.once("ERROR", "lambda-usage has switched itself off in this process")


def _reset(token: Token[bool]) -> None:
    try:
        _inside.reset(token)
    except (ValueError, RuntimeError):  # it ended in another task than it began in, or twice
        _inside.set(False)


def _recorder(settings: Settings, scope: Scope, log: Log) -> Recorder:
    recorder = make_recorder(branches=settings.branches is not False, relative=scope.relative)
    if settings.branches and not recorder.branches:
        log.once(
            "WARNING",
            "COVERAGE_BRANCH_COVERAGE is set, but Python 3.12 and 3.13 cannot observe branches "
            "cheaply; recording lines",
        )
    return recorder
