/* Lets invocations pass that are no windows: gate.py in C, which says what it is for.

After a handler that waited, what costs is not the work but the memory that is touched, which is no
longer in the processor's caches. In Python, each line of this would touch some of it.

The interpreter's lock (GIL) guards all of it. What can run Python code (the context object's
attributes and methods, a comparison, a collection of garbage) comes before anything is changed, and
whether the gate is still as it was is looked at again after it.

It uses Python's stable ABI alone: one binary serves 3.11 and later.
*/

#define _POSIX_C_SOURCE 200809L  /* clock_gettime() */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "_stable_abi.h"

/* ---- the gate */

#define DIGITS 14    /* of an id that count, as in sampling/trace.py */
#define GROUPS 64    /* told apart by the last of them */
#define MOST 64  /* invocations between open() and take(); _AT_ONCE in sampling/overhead.py is less */

typedef struct {
    PyObject base;
    /* what each invocation reads or writes, together */
    PyObject *token;    /* of the invocation that is under way within the gate */
    uint32_t left, begun, ended;
    uint32_t opened;    /* how often it was */
    double since, until;
    double needed;      /* seconds that must be left, beside the longest */
    double longest, ran, most;
    double first, last, started;
    PyObject *arn, *dated, *environment, *traced;
    PyObject *modules, *current_group, *get, *set, *reset;
    PyObject *deadline_name, *remaining_name, *arn_name, *opentelemetry, *x_ray, *x_ray_sdk;
    unsigned char groups[MOST];
} Gate;

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static PyObject *answer(PyObject *value)
{
    Py_IncRef(value);
    return value;
}

/* Not by this way: whoever comes the other way meets the same error, and tells of it. */
static PyObject *refused(void)
{
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_Exception))
            return NULL;  /* a signal's, say: it is the function's */
        PyErr_Clear();
    }
    return answer(&_Py_NoneStruct);
}

/* Whether what *call* returned is false; -1 where that cannot be said. */
static int is_false(PyObject *returned)
{
    int found = returned ? PyObject_IsTrue(returned) : -1;
    if (returned)
        Py_DecRef(returned);
    return found < 0 ? found : !found;
}

/* Whether the time that *context* has suffices, and its ARN is that of the invocations before. */
static int is_common(Gate *self, PyObject *context, double now)
{
    if (context == &_Py_NoneStruct)
        return self->arn == &_Py_NoneStruct;
    int dated = context->type == self->dated;
    PyObject *said = dated ? PyObject_GetAttr(context, self->deadline_name)
                           : PyObject_CallMethodObjArgs(context, self->remaining_name, NULL);
    if (!said)
        return 0;
    double remaining = PyFloat_AsDouble(said) / 1000 - (dated ? now : 0);
    Py_DecRef(said);
    if (!(remaining >= self->longest + self->needed) || (remaining < 0 && PyErr_Occurred()))
        return 0;
    PyObject *arn = PyObject_GetAttr(context, self->arn_name);
    if (!arn)
        return 0;
    int same = arn == self->arn;
    if (!same && arn->type == self->arn_name->type && self->arn->type == arn->type)
        same = PyObject_RichCompareBool(arn, self->arn, Py_EQ) > 0;
    Py_DecRef(arn);
    return same;
}

static int digit(char is)
{
    return is >= '0' && is <= '9' ? is - '0' : (is | 32) >= 'a' && (is | 32) <= 'f' ? (is | 32) - 'a' + 10 : -1;
}

/* The group of the id in X-Ray's header, where there is nothing unusual about it; else -1. */
static long group_in_header(Gate *self)
{
    char *at;
    Py_ssize_t size, start = 0, end;
    PyObject *header = PyDict_GetItemWithError(self->environment, self->x_ray);
    if (!header || PyBytes_AsStringAndSize(header, &at, &size))
        return -1;
    while (start + 5 <= size && memcmp(at + start, "Root=", 5))
        start++;
    for (end = start += 5; end < size && at[end] != ';'; end++)
        ;
    if (end - start < DIGITS)
        return -1;
    for (start = end - DIGITS; start < end; start++)
        if (digit(at[start]) < 0)
            return -1;
    return (digit(at[end - 2]) << 4 | digit(at[end - 1])) % GROUPS;
}

/* -1, too, where there was an error. */
static long group_now(Gate *self)
{
    int tells = PyDict_Contains(self->modules, self->opentelemetry) || PyDict_Contains(self->modules, self->x_ray_sdk);
    long group = tells ? -1 : group_in_header(self);
    if (group >= 0)
        return group;
    PyErr_Clear();
    PyObject *asked = PyObject_CallFunctionObjArgs(self->current_group, NULL);
    if (!asked)
        return -1;
    group = PyLong_AsLong(asked);
    Py_DecRef(asked);
    return group;
}

static PyObject *enter(Gate *self, PyObject *context)
{
    if (!self->left || self->token)
        return answer(&_Py_NoneStruct);
    uint32_t opened = self->opened;
    double now = seconds(CLOCK_REALTIME);
    if (!(self->since <= now && now < self->until) || !is_common(self, context, now))
        return refused();
    if (self->traced != &_Py_NoneStruct) {
        PyObject *tracer = PyObject_CallFunctionObjArgs(self->traced, NULL);
        if (!tracer)
            return refused();
        Py_DecRef(tracer);
        if (tracer != &_Py_NoneStruct)
            return refused();
    }
    if (is_false(PyObject_CallFunctionObjArgs(self->get, NULL)) <= 0)
        return refused();
    long group = group_now(self);
    PyObject *token = group < 0 ? NULL : PyObject_CallFunctionObjArgs(self->set, &_Py_TrueStruct, NULL);
    if (!token)
        return refused();
    if (opened != self->opened || !self->left || self->token) {
        PyObject *done = PyObject_CallFunctionObjArgs(self->reset, token, NULL);
        Py_DecRef(token);
        if (!done)
            return refused();
        Py_DecRef(done);
        return answer(&_Py_NoneStruct);
    }
    if (!self->begun)
        self->first = now;
    self->last = now;
    self->groups[self->begun++] = (unsigned char)group;
    self->left--;
    self->token = token;
    self->started = seconds(CLOCK_MONOTONIC);
    return answer(token);
}

static PyObject *leave(Gate *self, PyObject *token)
{
    if (token != self->token)
        return answer(&_Py_FalseStruct);
    double duration = seconds(CLOCK_MONOTONIC) - self->started;
    PyObject *done = PyObject_CallFunctionObjArgs(self->reset, token, NULL);
    if (!done) {  /* it ended in another context than it began in */
        PyErr_Clear();
        done = PyObject_CallFunctionObjArgs(self->set, &_Py_FalseStruct, NULL);
        if (!done)
            PyErr_Clear();
    }
    if (done)
        Py_DecRef(done);
    if (token != self->token)
        return answer(&_Py_FalseStruct);
    self->token = NULL;
    self->ended++;
    self->ran += duration;
    if (duration > self->longest)
        self->longest = duration;
    if (self->ran > self->most)
        self->left = 0;
    Py_DecRef(token);
    return answer(&_Py_TrueStruct);
}

static void hold(PyObject **place, PyObject *value)
{
    PyObject *before = *place;
    Py_IncRef(value);
    *place = value;
    if (before)
        Py_DecRef(before);
}

static PyObject *open_gate(Gate *self, PyObject *arguments)
{
    unsigned int passes;
    double since, until, longest, needed, most;
    PyObject *arn, *dated, *environment, *traced;
    if (!PyArg_ParseTuple(arguments, "IdddddOOOO", &passes, &since, &until, &longest, &needed,
                          &most, &arn, &dated, &environment, &traced))
        return NULL;
    self->left = 0;
    if (self->begun)  /* it is to be taken first */
        return answer(&_Py_NoneStruct);
    hold(&self->arn, arn);
    hold(&self->dated, dated);
    hold(&self->environment, environment);
    hold(&self->traced, traced);
    self->since = since;
    self->until = until;
    self->longest = longest;
    self->needed = needed;
    self->most = most;
    self->opened++;
    self->left = passes < MOST ? passes : MOST;
    return answer(&_Py_NoneStruct);
}

static PyObject *close_gate(Gate *self, PyObject *unused)
{
    (void)unused;
    self->left = 0;
    return answer(&_Py_NoneStruct);
}

static PyObject *take(Gate *self, PyObject *unused)
{
    (void)unused;
    self->left = 0;
    if (!self->begun)
        return answer(&_Py_NoneStruct);
    uint32_t begun = self->begun, ended = self->ended, opened = self->opened;
    PyObject *groups = PyBytes_FromStringAndSize((char *)self->groups, self->begun);
    PyObject *started = self->token ? Py_BuildValue("d", self->started) : answer(&_Py_NoneStruct);
    PyObject *taken = groups && started
        ? Py_BuildValue("OddIddO", groups, self->first, self->last, self->ended, self->ran,
                        self->longest, started)
        : NULL;
    /* 3.11 may collect garbage meanwhile, and a finalizer let another thread leave */
    int as_it_was = begun == self->begun && ended == self->ended && opened == self->opened;
    PyObject *token = taken && as_it_was ? self->token : NULL;
    if (taken && as_it_was) {
        self->token = NULL;
        self->begun = self->ended = 0;
        self->ran = 0;
    }
    if (token)
        Py_DecRef(token);
    if (groups)
        Py_DecRef(groups);
    if (started)
        Py_DecRef(started);
    if (taken && !as_it_was) {
        Py_DecRef(taken);
        return take(self, unused);
    }
    return taken;
}

/* ---- the type */

static void dealloc(Gate *self)
{
    PyObject *type = self->base.type;
    PyObject *held[] = {
        self->token, self->arn, self->dated, self->environment, self->traced, self->modules, self->current_group,
        self->get, self->set, self->reset, self->deadline_name, self->remaining_name,
        self->arn_name, self->opentelemetry, self->x_ray, self->x_ray_sdk,
    };
    for (size_t at = 0; at < sizeof held / sizeof *held; at++)
        if (held[at])
            Py_DecRef(held[at]);
    PyObject_Free(self);
    Py_DecRef(type);
}

static PyObject *new_gate(void *type, PyObject *arguments, PyObject *keywords)
{
    (void)keywords;
    PyObject *inside, *modules, *current_group;
    if (!PyArg_ParseTuple(arguments, "OOO", &inside, &modules, &current_group))
        return NULL;
    Gate *self = (Gate *)PyType_GenericAlloc(type, 0);  /* all zeros */
    if (!self)
        return NULL;
    Py_IncRef(self->modules = modules);
    Py_IncRef(self->current_group = current_group);
    self->get = PyObject_GetAttrString(inside, "get");
    self->set = PyObject_GetAttrString(inside, "set");
    self->reset = PyObject_GetAttrString(inside, "reset");
    self->deadline_name = PyUnicode_InternFromString("_epoch_deadline_time_in_ms");
    self->remaining_name = PyUnicode_InternFromString("get_remaining_time_in_millis");
    self->arn_name = PyUnicode_InternFromString("invoked_function_arn");
    self->opentelemetry = PyUnicode_InternFromString("opentelemetry.trace");
    self->x_ray = PyBytes_FromString("_X_AMZN_TRACE_ID");
    self->x_ray_sdk = PyUnicode_InternFromString("aws_xray_sdk.core");
    if (self->get && self->set && self->reset && self->deadline_name && self->remaining_name
        && self->arn_name && self->opentelemetry && self->x_ray && self->x_ray_sdk)
        return &self->base;
    Py_DecRef(&self->base);
    return NULL;
}

#define METHOD(name, function, flags, doc) {name, (PyCFunction)(void *)(function), flags, doc}

static PyMethodDef methods[] = {
    METHOD("enter", enter, METH_O, "enter(context): a token, where the invocation passes."),
    METHOD("leave", leave, METH_O, "leave(token): whether it was one that passed."),
    METHOD("open", open_gate, METH_VARARGS, "Let some invocations pass; see gate.py."),
    METHOD("close", close_gate, METH_NOARGS, "Let no more pass."),
    METHOD("take", take, METH_NOARGS, "Take out what passed, and let no more."),
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Gate(inside, modules, current_group)"},
    {Py_tp_new, new_gate},
    {Py_tp_dealloc, dealloc},
    {Py_tp_methods, methods},
    {0, NULL},
};

static PyType_Spec spec = {"lambda_usage._gate.Gate", sizeof(Gate), 0, 0, slots};

static PyModuleDef module = {
    {1, NULL}, NULL, 0, NULL, "_gate", NULL, -1, NULL, NULL, NULL, NULL, NULL,
};

PyObject *PyInit__gate(void)
{
    PyObject *made = PyModule_Create2(&module, PYTHON_ABI_VERSION);
    PyObject *type = made ? PyType_FromSpec(&spec) : NULL;
    if (type && PyModule_AddObjectRef(made, "Gate", type) == 0) {
        Py_DecRef(type);
        return made;
    }
    return NULL;
}
