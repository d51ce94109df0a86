/* Takes down which lines run: the callbacks of sys.monitoring, in C.

A callback in Python takes some ten times as long as the line that it tells of, and closing a window
in Python takes as long again. Here a hit is one number in a table, and a window's path is known by
a sum that grows with each new line, so that a path that was seen before needs no set of its lines.

Nothing in here runs Python code while it changes anything, so the interpreter's lock (GIL) guards
all of it. Nothing comes between a hit and DISABLE either: the interpreter looks for other threads
and signals after a call of C from Python, but not after its own call of a callback. So all
callbacks that answer DISABLE are in here.

Where memory runs out, a hit that could not be taken down is not answered with DISABLE: the line
calls back again.

It uses Python's stable ABI alone: one binary serves 3.12 and later.
*/

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../_stable_abi.h"

/* ---- tables */

#define LINE_BITS 20  /* as in codes.py: a hit is id(code) << LINE_BITS | line */
#define LINE_MASK ((1UL << LINE_BITS) - 1)
#define ALIGNMENT 4   /* bits of an address that are 0, so that a hit fits into 64 bits */
#define INSTRUCTION_BYTES 2

/* A code object that is recorded. */
typedef struct {
    PyObject *code;    /* kept alive: its address is its name */
    PyObject *events;  /* what it is armed with */
    PyObject *quiet;   /* what stays as it is while lines are woken */
    unsigned long first;  /* the line on which it starts */
    int silent;        /* lines of it have called back since it was last armed */
    int complete;      /* all its lines are known: between windows it need not be armed */
    int off;           /* and so it is not, since the last window */
} Code;

/* Lines of one window, each once. A slot of an older window counts as empty. */
typedef struct { uint64_t hit; uint32_t window; uint32_t own; } Slot;

/* The line on which a suspended code object goes on. */
typedef struct { uint64_t place; uint32_t line; uint32_t used; } Resumption;

typedef struct {
    PyObject base;
    PyObject *set_events, *tool, *disable, *line_at;
    Code *codes; size_t codes_used, codes_room;
    uint32_t *index; size_t index_room;  /* by address: 1 + the place in codes */
    size_t *silent; size_t silent_used, silent_room;
    Slot *slots; size_t slots_used, slots_room;
    uint64_t *order; size_t order_room;  /* the window's hits, in order of their first time */
    uint64_t *loose; size_t loose_used, loose_room;  /* hits outside of windows */
    Resumption *resumptions; size_t resumptions_used, resumptions_room;
    uint32_t window;
    int open;
    unsigned long owner;
    size_t callbacks;
    size_t others;     /* distinct lines that threads other than the owner ran */
    uint64_t low, high; /* the path's name so far */
} Hits;

static uint64_t mixed(uint64_t value)  /* splitmix64, https://prng.di.unimi.it/splitmix64.c */
{
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

/* *table*, or a larger one with room for one more; NULL where there is no memory. */
static void *with_room(void *table, size_t used, size_t *have, size_t size)
{
    if (used < *have)
        return table;
    size_t want = *have ? 2 * *have : 64;
    void *larger = realloc(table, want * size);
    if (larger)
        *have = want;
    return larger;
}

#define ROOM(table, used, have) \
    ((larger = with_room(table, used, &(have), sizeof *(table))) ? ((table) = larger, 1) : 0)

static int index_grow(Hits *self)
{
    size_t want = self->index_room ? 2 * self->index_room : 256;
    uint32_t *larger = calloc(want, sizeof *larger);
    if (!larger)
        return 0;
    for (size_t at = 0; at < self->codes_used; at++) {
        size_t slot = mixed((uintptr_t)self->codes[at].code) & (want - 1);
        while (larger[slot])
            slot = (slot + 1) & (want - 1);
        larger[slot] = (uint32_t)at + 1;
    }
    free(self->index);
    self->index = larger;
    self->index_room = want;
    return 1;
}

static Code *find(Hits *self, PyObject *code)
{
    if (!self->index_room)
        return NULL;
    size_t slot = mixed((uintptr_t)code) & (self->index_room - 1);
    for (; self->index[slot]; slot = (slot + 1) & (self->index_room - 1)) {
        Code *found = &self->codes[self->index[slot] - 1];
        if (found->code == code)
            return found;
    }
    return NULL;
}

static int slots_grow(Hits *self)
{
    size_t want = self->slots_room ? 2 * self->slots_room : 256;
    Slot *larger = calloc(want, sizeof *larger);
    if (!larger)
        return 0;
    for (size_t at = 0; at < self->slots_room; at++) {
        if (self->slots[at].window != self->window)
            continue;
        size_t slot = mixed(self->slots[at].hit) & (want - 1);
        while (larger[slot].window == self->window)
            slot = (slot + 1) & (want - 1);
        larger[slot] = self->slots[at];
    }
    free(self->slots);
    self->slots = larger;
    self->slots_room = want;
    return 1;
}

/* ---- taking down */

/* All of these return 0 where the hit could not be taken down. */

static int note_in_window(Hits *self, uint64_t hit, int own)
{
    void *larger;
    if (2 * self->slots_used >= self->slots_room && !slots_grow(self))
        return 0;
    if (!ROOM(self->order, self->slots_used, self->order_room))
        return 0;
    size_t slot = mixed(hit) & (self->slots_room - 1);
    while (self->slots[slot].window == self->window) {
        if (self->slots[slot].hit == hit) {
            if (own && !self->slots[slot].own) {
                self->slots[slot].own = 1;
                self->others--;
                self->low += mixed(hit);
                self->high += mixed(~hit);
            }
            return 1;
        }
        slot = (slot + 1) & (self->slots_room - 1);
    }
    self->slots[slot] = (Slot){hit, self->window, (uint32_t)own};
    self->order[self->slots_used++] = hit;
    if (own) {
        self->low += mixed(hit);
        self->high += mixed(~hit);
    } else
        self->others++;
    return 1;
}

static int note(Hits *self, PyObject *code, Code *known, unsigned long line)
{
    void *larger;
    if (line > LINE_MASK)
        return 1;  /* there is no number for it */
    if (known && !known->silent) {
        if (!ROOM(self->silent, self->silent_used, self->silent_room))
            return 0;
        known->silent = 1;
        self->silent[self->silent_used++] = (size_t)(known - self->codes);
    }
    uint64_t hit = (uint64_t)((uintptr_t)code >> ALIGNMENT) << LINE_BITS | line;
    if (self->open) {
        self->callbacks++;
        return note_in_window(self, hit, PyThread_get_thread_ident() == self->owner);
    }
    if (!ROOM(self->loose, self->loose_used, self->loose_room))
        return 0;
    self->loose[self->loose_used++] = hit;
    return 1;
}

static PyObject *answer(Hits *self, int noted)
{
    if (!noted)
        return Py_BuildValue("");
    Py_IncRef(self->disable);
    return self->disable;
}

static PyObject *line(Hits *self, PyObject *const *arguments, Py_ssize_t count)
{
    if (count != 2)
        return Py_BuildValue("");
    unsigned long at = PyLong_AsUnsignedLongMask(arguments[1]);
    return answer(self, note(self, arguments[0], find(self, arguments[0]), at));
}

static PyObject *start(Hits *self, PyObject *const *arguments, Py_ssize_t count)
{
    Code *known = count == 2 ? find(self, arguments[0]) : NULL;
    return answer(self, known && note(self, arguments[0], known, known->first));
}

static Resumption *resumption(Hits *self, uint64_t place)
{
    size_t slot = mixed(place) & (self->resumptions_room - 1);
    while (self->resumptions[slot].used && self->resumptions[slot].place != place)
        slot = (slot + 1) & (self->resumptions_room - 1);
    return &self->resumptions[slot];
}

static int resumptions_grow(Hits *self)
{
    size_t had = self->resumptions_room, want = had ? 2 * had : 64;
    Resumption *old = self->resumptions, *larger = calloc(want, sizeof *larger);
    if (!larger)
        return 0;
    self->resumptions = larger;
    self->resumptions_room = want;
    for (size_t at = 0; at < had; at++)
        if (old[at].used)
            *resumption(self, old[at].place) = old[at];
    free(old);
    return 1;
}

static PyObject *resume(Hits *self, PyObject *const *arguments, Py_ssize_t count)
{
    if (count != 2)
        return Py_BuildValue("");
    PyObject *code = arguments[0];
    unsigned long offset = PyLong_AsUnsignedLongMask(arguments[1]);
    uint64_t place = (uint64_t)((uintptr_t)code >> ALIGNMENT) << LINE_BITS
                     | (offset / INSTRUCTION_BYTES & LINE_MASK);
    if (2 * self->resumptions_used >= self->resumptions_room && !resumptions_grow(self))
        return answer(self, 0);
    Resumption *known = resumption(self, place);
    if (!known->used) {
        /* this runs Python: only what is looked up after it counts */
        PyObject *found = PyObject_CallFunctionObjArgs(self->line_at, code, arguments[1], NULL);
        if (!found)
            return NULL;
        unsigned long at = PyLong_AsUnsignedLongMask(found);
        Py_DecRef(found);
        if (2 * self->resumptions_used >= self->resumptions_room && !resumptions_grow(self))
            return answer(self, 0);
        known = resumption(self, place);
        self->resumptions_used += !known->used;
        *known = (Resumption){place, (uint32_t)at, 1};
    }
    return answer(self, note(self, code, find(self, code), known->line));
}

/* ---- windows */

static int arm(Hits *self, Code *code, PyObject *events)
{
    PyObject *done = PyObject_CallFunctionObjArgs(
        self->set_events, self->tool, code->code, events, NULL);
    if (!done)
        return 0;
    Py_DecRef(done);
    return 1;
}

static PyObject *wake(Hits *self, PyObject *unused)
{
    (void)unused;
    while (self->silent_used) {  /* what could not be woken stays, for the next time */
        Code *code = &self->codes[self->silent[self->silent_used - 1]];
        /* its lines call back anew only if their events were off in between */
        if (!code->off && !arm(self, code, code->quiet))
            return NULL;
        code->off = 1;
        code->silent = 0;  /* from here on it may call back */
        self->silent_used--;
        if (!arm(self, code, code->events)) {
            code->silent = 1;
            self->silent_used++;
            return NULL;
        }
        code->off = 0;
    }
    return Py_BuildValue("");
}

static PyObject *open_window(Hits *self, PyObject *unused)
{
    self->owner = PyThread_get_thread_ident();
    self->window++;
    self->slots_used = self->callbacks = self->others = 0;
    self->low = self->high = 0;
    if (!self->window) {  /* 2^32 windows: no slot may look like one of this window */
        memset(self->slots, 0, self->slots_room * sizeof *self->slots);
        self->window = 1;
    }
    PyObject *done = wake(self, unused);
    self->open = done != NULL;
    return done;
}

static PyObject *settle(Hits *self, PyObject *unused)
{
    (void)unused;
    for (size_t at = 0; at < self->silent_used; at++) {
        Code *code = &self->codes[self->silent[at]];
        if (code->complete && !code->off) {
            if (!arm(self, code, code->quiet))
                return NULL;
            code->off = 1;
        }
    }
    return Py_BuildValue("");
}

static PyObject *close_window(Hits *self, PyObject *unused)
{
    self->open = 0;
    PyObject *done = settle(self, unused);
    if (!done)
        return NULL;
    Py_DecRef(done);
    return Py_BuildValue("(KK)nn", (unsigned long long)self->low, (unsigned long long)self->high,
                         (Py_ssize_t)self->callbacks, (Py_ssize_t)self->others);
}

/* Append *hit* as Python knows it, id(code) << LINE_BITS | line; 0 where that failed. */
static int append(PyObject *list, uint64_t hit)
{
    PyObject *code = PyLong_FromUnsignedLongLong(hit >> LINE_BITS << ALIGNMENT);
    PyObject *bits = PyLong_FromUnsignedLongLong(LINE_BITS);
    PyObject *high = code && bits ? PyNumber_Lshift(code, bits) : NULL;
    PyObject *low = PyLong_FromUnsignedLongLong(hit & LINE_MASK);
    PyObject *whole = high && low ? PyNumber_Or(high, low) : NULL;
    int done = whole && PyList_Append(list, whole) == 0;
    PyObject *parts[] = {code, bits, high, low, whole};
    for (size_t at = 0; at < sizeof parts / sizeof *parts; at++)
        if (parts[at])
            Py_DecRef(parts[at]);
    return done;
}

static PyObject *window_hits(Hits *self, PyObject *own)
{
    uint32_t wanted = PyLong_AsUnsignedLongMask(own) != 0;
    PyObject *list = PyList_New(0);
    size_t used = self->slots_used;
    for (size_t at = 0; list && at < used && at < self->slots_used; at++) {
        uint64_t hit = self->order[at];
        size_t slot = mixed(hit) & (self->slots_room - 1);
        while (self->slots[slot].hit != hit || self->slots[slot].window != self->window)
            slot = (slot + 1) & (self->slots_room - 1);
        if (self->slots[slot].own == wanted && !append(list, hit)) {
            Py_DecRef(list);
            list = NULL;
        }
    }
    return list;
}

static PyObject *take(Hits *self, PyObject *unused)
{
    (void)unused;
    PyObject *list = PyList_New(0);
    size_t used = self->loose_used;  /* later ones are left for the next time */
    for (size_t at = 0; list && at < used; at++)
        if (!append(list, self->loose[at])) {
            Py_DecRef(list);
            return NULL;
        }
    if (list) {
        self->loose_used -= used;
        memmove(self->loose, self->loose + used, self->loose_used * sizeof *self->loose);
    }
    return list;
}

/* ---- code objects */

static PyObject *add(Hits *self, PyObject *const *arguments, Py_ssize_t count)
{
    void *larger;
    if (count != 4) {
        PyErr_SetString(PyExc_TypeError, "add(code, events, quiet, first)");
        return NULL;
    }
    if (find(self, arguments[0]))
        return Py_BuildValue("");
    if (2 * self->codes_used >= self->index_room && !index_grow(self))
        return PyErr_NoMemory();
    if (!ROOM(self->codes, self->codes_used, self->codes_room))
        return PyErr_NoMemory();
    unsigned long first = PyLong_AsUnsignedLongMask(arguments[3]);
    for (int at = 0; at < 3; at++)
        Py_IncRef(arguments[at]);
    size_t slot = mixed((uintptr_t)arguments[0]) & (self->index_room - 1);
    while (self->index[slot])
        slot = (slot + 1) & (self->index_room - 1);
    self->codes[self->codes_used] = (Code){arguments[0], arguments[1], arguments[2], first, 0, 0, 0};
    self->index[slot] = (uint32_t)++self->codes_used;
    return Py_BuildValue("");
}

static PyObject *complete(Hits *self, PyObject *code)
{
    Code *known = find(self, code);
    if (known)
        known->complete = 1;
    return Py_BuildValue("");
}

/* ---- the type */

static PyObject *new_hits(void *type, PyObject *arguments, PyObject *keywords)
{
    (void)keywords;
    PyObject *set_events, *tool, *disable, *line_at;
    if (!PyArg_ParseTuple(arguments, "OOOO", &set_events, &tool, &disable, &line_at))
        return NULL;
    Hits *self = (Hits *)PyType_GenericAlloc(type, 0);  /* all zeros */
    if (!self)
        return NULL;
    Py_IncRef(self->set_events = set_events);
    Py_IncRef(self->tool = tool);
    Py_IncRef(self->disable = disable);
    Py_IncRef(self->line_at = line_at);
    return &self->base;
}

static void dealloc(Hits *self)
{
    PyObject *type = self->base.type;
    for (size_t at = 0; at < self->codes_used; at++) {
        Py_DecRef(self->codes[at].code);
        Py_DecRef(self->codes[at].events);
        Py_DecRef(self->codes[at].quiet);
    }
    Py_DecRef(self->set_events);
    Py_DecRef(self->tool);
    Py_DecRef(self->disable);
    Py_DecRef(self->line_at);
    free(self->resumptions);
    free(self->codes);
    free(self->index);
    free(self->silent);
    free(self->slots);
    free(self->order);
    free(self->loose);
    PyObject_Free(self);
    Py_DecRef(type);
}

#define METHOD(name, function, flags, doc) {name, (PyCFunction)(void *)(function), flags, doc}

static PyMethodDef methods[] = {
    METHOD("line", line, METH_FASTCALL, "line(code, line): the callback; answers DISABLE."),
    METHOD("start", start, METH_FASTCALL, "start(code, offset): its first line runs."),
    METHOD("resume", resume, METH_FASTCALL, "resume(code, offset): the line there runs."),
    METHOD("add", add, METH_FASTCALL, "add(code, events, quiet, first): wake it, too."),
    METHOD("complete", complete, METH_O, "complete(code): all its lines are known."),
    METHOD("wake", wake, METH_NOARGS, "Arm what has fallen silent."),
    METHOD("settle", settle, METH_NOARGS, "Disarm what has fallen silent and is complete."),
    METHOD("open", open_window, METH_NOARGS, "Begin a window of this thread."),
    METHOD("close", close_window, METH_NOARGS,
           "End it: its path's name, callbacks, lines of other threads."),
    METHOD("window", window_hits, METH_O, "window(own): the hits of the last window."),
    METHOD("take", take, METH_NOARGS, "Take out what ran outside of windows."),
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Hits(set_local_events, tool, DISABLE, line_at)"},
    {Py_tp_new, new_hits},
    {Py_tp_dealloc, dealloc},
    {Py_tp_methods, methods},
    {0, NULL},
};

static PyType_Spec spec = {"lambda_usage.recording._hits.Hits", sizeof(Hits), 0, 0, slots};

static PyModuleDef module = {
    {1, NULL}, NULL, 0, NULL, "_hits", NULL, -1, NULL, NULL, NULL, NULL, NULL,
};

PyObject *PyInit__hits(void)
{
    PyObject *made = PyModule_Create2(&module, PYTHON_ABI_VERSION);
    PyObject *type = made ? PyType_FromSpec(&spec) : NULL;
    if (type && PyModule_AddObjectRef(made, "Hits", type) == 0) {
        Py_DecRef(type);
        return made;
    }
    return NULL;
}
