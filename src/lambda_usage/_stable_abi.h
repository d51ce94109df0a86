/* Python's stable ABI (PEP 384, https://docs.python.org/3/c-api/stable.html), as far as it is used.

Declared here, so that one binary serves 3.11 and later, and is built for any architecture without
any of their headers (layer/native.py).
*/

#ifndef LAMBDA_USAGE_STABLE_ABI_H
#define LAMBDA_USAGE_STABLE_ABI_H

#include <stdint.h>

typedef intptr_t Py_ssize_t;
typedef struct _object { Py_ssize_t references; void *type; } PyObject;
typedef PyObject *(*PyCFunction)(PyObject *, PyObject *);
typedef struct { const char *name; PyCFunction function; int flags; const char *doc; } PyMethodDef;
typedef struct { int slot; void *function; } PyType_Slot;
typedef struct {
    const char *name; int basicsize; int itemsize; unsigned int flags; PyType_Slot *slots;
} PyType_Spec;
typedef struct {
    PyObject base; PyObject *(*init)(void); Py_ssize_t index; PyObject *copy;
    const char *name; const char *doc; Py_ssize_t size; PyMethodDef *methods;
    void *slots; void *traverse; void *clear; void *free;
} PyModuleDef;

#define METH_VARARGS 1
#define METH_NOARGS 4
#define METH_O 8
#define METH_FASTCALL 0x80
#define Py_tp_dealloc 52
#define Py_tp_doc 56
#define Py_tp_methods 64
#define Py_tp_new 65
#define PYTHON_ABI_VERSION 3
#define Py_EQ 2

extern PyObject _Py_NoneStruct, _Py_TrueStruct, _Py_FalseStruct;
extern PyObject *PyExc_Exception;
extern PyObject *PyExc_TypeError;
extern PyObject *Py_BuildValue(const char *, ...);
extern void Py_DecRef(PyObject *);
extern void Py_IncRef(PyObject *);
extern int PyArg_ParseTuple(PyObject *, const char *, ...);
extern int PyBytes_AsStringAndSize(PyObject *, char **, Py_ssize_t *);
extern PyObject *PyBytes_FromString(const char *);
extern PyObject *PyBytes_FromStringAndSize(const char *, Py_ssize_t);
extern int PyDict_Contains(PyObject *, PyObject *);
extern PyObject *PyDict_GetItemWithError(PyObject *, PyObject *);
extern void PyErr_Clear(void);
extern int PyErr_ExceptionMatches(PyObject *);
extern PyObject *PyErr_NoMemory(void);
extern PyObject *PyErr_Occurred(void);
extern void PyErr_SetString(PyObject *, const char *);
extern double PyFloat_AsDouble(PyObject *);
extern int PyList_Append(PyObject *, PyObject *);
extern PyObject *PyList_New(Py_ssize_t);
extern long PyLong_AsLong(PyObject *);
extern unsigned long PyLong_AsUnsignedLongMask(PyObject *);
extern PyObject *PyLong_FromUnsignedLongLong(unsigned long long);
extern int PyModule_AddObjectRef(PyObject *, const char *, PyObject *);
extern PyObject *PyModule_Create2(PyModuleDef *, int);
extern PyObject *PyNumber_Lshift(PyObject *, PyObject *);
extern PyObject *PyNumber_Or(PyObject *, PyObject *);
extern PyObject *PyObject_CallFunctionObjArgs(PyObject *, ...);
extern PyObject *PyObject_CallMethodObjArgs(PyObject *, PyObject *, ...);
extern void PyObject_Free(void *);
extern PyObject *PyObject_GetAttr(PyObject *, PyObject *);
extern PyObject *PyObject_GetAttrString(PyObject *, const char *);
extern int PyObject_IsTrue(PyObject *);
extern int PyObject_RichCompareBool(PyObject *, PyObject *, int);
extern unsigned long PyThread_get_thread_ident(void);
extern PyObject *PyType_FromSpec(PyType_Spec *);
extern PyObject *PyType_GenericAlloc(void *, Py_ssize_t);
extern PyObject *PyUnicode_InternFromString(const char *);

#endif
