/* The rationals of `engine.ledger.exact`: a `fractions.Fraction` whose arithmetic is done on machine words.

   Numerators and denominators of 64 bits are joined in 128, which none of them overflows; larger ones take
   the way of whole numbers of any size. What either way gives is in lowest terms.

       1/6 + 1/10:  gcd(6, 10) = 2;  1*5 + 1*3 = 8;  gcd(8, 2) = 2;  4 / (3 * 5)  =  4/15

   Sums and products in lowest terms: Knuth, The Art of Computer Programming 2, section 4.5.1. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#include <structmember.h>

typedef __int128 wide;
typedef unsigned __int128 uwide;

typedef struct {
    int64_t above, below;
} Small;

static PyTypeObject *fraction_type, *exact_type;
static PyObject *gcd_function, *zero, *one;
static Py_ssize_t above_at, below_at; /* where a Fraction keeps its two whole numbers */

#define ABOVE(rational) (*(PyObject **)((char *)(rational) + above_at))
#define BELOW(rational) (*(PyObject **)((char *)(rational) + below_at))

/* ---------------------------------------------------------------- making */

/* Takes both references, also where it fails. */
static PyObject *made(PyObject *above, PyObject *below) {
    PyObject *rational = above && below ? exact_type->tp_alloc(exact_type, 0) : NULL;
    if (rational == NULL) {
        Py_XDECREF(above);
        Py_XDECREF(below);
        return NULL;
    }
    PyObject_GC_UnTrack(rational); /* two whole numbers make no circle */
    ABOVE(rational) = above;
    BELOW(rational) = below;
    return rational;
}

static PyObject *whole(wide value) {
    if (value >= INT64_MIN && value <= INT64_MAX) return PyLong_FromLongLong((long long)value);
    PyObject *high = PyLong_FromLongLong((long long)(value >> 64));
    PyObject *low = PyLong_FromUnsignedLongLong((unsigned long long)(uwide)value);
    PyObject *bits = PyLong_FromLong(64);
    PyObject *raised = high && bits ? PyNumber_Lshift(high, bits) : NULL;
    PyObject *joined = raised && low ? PyNumber_Or(raised, low) : NULL;
    Py_XDECREF(high);
    Py_XDECREF(low);
    Py_XDECREF(bits);
    Py_XDECREF(raised);
    return joined;
}

static PyObject *small(wide above, wide below) { return made(whole(above), whole(below)); }

/* The greatest common divisor, by halving. */
static uint64_t common(uint64_t a, uint64_t b) {
    if (a == 0) return b;
    if (b == 0) return a;
    int shift = __builtin_ctzll(a | b);
    a >>= __builtin_ctzll(a);
    while (b != 0) {
        b >>= __builtin_ctzll(b);
        if (a > b) {
            uint64_t kept = a;
            a = b;
            b = kept;
        }
        b -= a;
    }
    return a << shift;
}

static uint64_t size(int64_t value) { return value < 0 ? 0 - (uint64_t)value : (uint64_t)value; }

/* Return above / below in lowest terms, of whole numbers of any size; below is 0 or above. */
static PyObject *reduced(PyObject *above, PyObject *below) {
    if (!PyObject_IsTrue(below)) {
        PyErr_SetString(PyExc_ZeroDivisionError, "a rational divided by 0");
        return NULL;
    }
    PyObject *divisor = PyObject_CallFunctionObjArgs(gcd_function, above, below, NULL);
    if (divisor == NULL) return NULL;
    PyObject *less = PyNumber_FloorDivide(above, divisor), *under = PyNumber_FloorDivide(below, divisor);
    Py_DECREF(divisor);
    return made(less, under);
}

/* ---------------------------------------------------------------- reading */

static int word(PyObject *value, int64_t *told) {
    int overflow;
    *told = PyLong_AsLongLongAndOverflow(value, &overflow);
    return overflow == 0 && *told != INT64_MIN;
}

static int is_exact(PyObject *value) { return Py_IS_TYPE(value, exact_type); }

static int is_known(PyObject *value) {
    return is_exact(value) || PyLong_Check(value) || PyObject_TypeCheck(value, fraction_type);
}

/* The two whole numbers of a known operand, borrowed. */
static PyObject *above_of(PyObject *value) { return PyLong_Check(value) ? value : ABOVE(value); }
static PyObject *below_of(PyObject *value) { return PyLong_Check(value) ? one : BELOW(value); }

static int is_small(PyObject *value, Small *told) {
    if (PyLong_Check(value)) {
        told->below = 1;
        return word(value, &told->above);
    }
    return word(ABOVE(value), &told->above) && word(BELOW(value), &told->below);
}

/* ---------------------------------------------------------------- sums */

static PyObject *small_sum(Small a, Small b) {
    int64_t shared = a.below == b.below ? a.below : (int64_t)common((uint64_t)a.below, (uint64_t)b.below);
    int64_t mine = a.below / shared, theirs = b.below / shared;
    wide sum = (wide)a.above * theirs + (wide)b.above * mine;
    if (shared == 1) return small(sum, (wide)mine * theirs);
    int64_t divisor = (int64_t)common(size((int64_t)(sum % shared)), (uint64_t)shared);
    return small(sum / divisor, (wide)mine * (b.below / divisor));
}

static PyObject *large_sum(PyObject *a, PyObject *b, binaryfunc joined) {
    PyObject *mine = PyNumber_Multiply(above_of(a), below_of(b));
    PyObject *theirs = PyNumber_Multiply(above_of(b), below_of(a));
    PyObject *above = mine && theirs ? joined(mine, theirs) : NULL;
    PyObject *below = PyNumber_Multiply(below_of(a), below_of(b));
    PyObject *sum = above && below ? reduced(above, below) : NULL;
    Py_XDECREF(mine);
    Py_XDECREF(theirs);
    Py_XDECREF(above);
    Py_XDECREF(below);
    return sum;
}

/* ---------------------------------------------------------------- products */

static PyObject *small_product(Small a, Small b) {
    int64_t left = b.below == 1 ? 1 : (int64_t)common(size(a.above), (uint64_t)b.below);
    int64_t right = a.below == 1 ? 1 : (int64_t)common(size(b.above), (uint64_t)a.below);
    return small((wide)(a.above / left) * (b.above / right), (wide)(a.below / right) * (b.below / left));
}

static PyObject *large_product(PyObject *above_one, PyObject *above_two, PyObject *below_one, PyObject *below_two) {
    PyObject *above = PyNumber_Multiply(above_one, above_two);
    PyObject *below = PyNumber_Multiply(below_one, below_two);
    int is_below = below ? PyObject_RichCompareBool(below, zero, Py_LT) : -1;
    if (above && is_below == 1) {
        Py_SETREF(above, PyNumber_Negative(above));
        Py_SETREF(below, PyNumber_Negative(below));
    }
    PyObject *product = above && below && is_below >= 0 ? reduced(above, below) : NULL;
    Py_XDECREF(above);
    Py_XDECREF(below);
    return product;
}

/* ---------------------------------------------------------------- operators */

/* What the standard library makes of an operand that is no rational. */
static PyObject *left_to_library(PyObject *a, PyObject *b, const char *name, const char *turned) {
    return is_exact(a) ? PyObject_CallMethod((PyObject *)fraction_type, name, "OO", a, b)
                       : PyObject_CallMethod((PyObject *)fraction_type, turned, "OO", b, a);
}

static PyObject *exact_add(PyObject *a, PyObject *b) {
    Small left, right;
    if (!is_known(a) || !is_known(b)) return left_to_library(a, b, "__add__", "__radd__");
    if (is_small(a, &left) && is_small(b, &right)) return small_sum(left, right);
    return large_sum(a, b, PyNumber_Add);
}

static PyObject *exact_subtract(PyObject *a, PyObject *b) {
    Small left, right;
    if (!is_known(a) || !is_known(b)) return left_to_library(a, b, "__sub__", "__rsub__");
    if (is_small(a, &left) && is_small(b, &right)) {
        right.above = -right.above;
        return small_sum(left, right);
    }
    return large_sum(a, b, PyNumber_Subtract);
}

static PyObject *exact_multiply(PyObject *a, PyObject *b) {
    Small left, right;
    if (!is_known(a) || !is_known(b)) return left_to_library(a, b, "__mul__", "__rmul__");
    if (is_small(a, &left) && is_small(b, &right)) return small_product(left, right);
    return large_product(above_of(a), above_of(b), below_of(a), below_of(b));
}

static PyObject *exact_divide(PyObject *a, PyObject *b) {
    Small left, right;
    if (!is_known(a) || !is_known(b)) return left_to_library(a, b, "__truediv__", "__rtruediv__");
    if (is_small(a, &left) && is_small(b, &right) && right.above != 0) {
        Small turned = {right.above < 0 ? -right.below : right.below, (int64_t)size(right.above)};
        return small_product(left, turned);
    }
    return large_product(above_of(a), below_of(b), below_of(a), above_of(b));
}

static PyObject *exact_negative(PyObject *self) {
    Py_INCREF(BELOW(self));
    return made(PyNumber_Negative(ABOVE(self)), BELOW(self));
}

static int exact_bool(PyObject *self) { return PyObject_IsTrue(ABOVE(self)); }

static PyObject *exact_absolute(PyObject *self) {
    int is_below = PyObject_RichCompareBool(ABOVE(self), zero, Py_LT);
    if (is_below < 0) return NULL;
    if (is_below) return exact_negative(self);
    Py_INCREF(self);
    return self;
}

static PyObject *exact_compare(PyObject *a, PyObject *b, int how) {
    static const char *names[] = {"__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"};
    Small left, right;
    if (!is_known(b)) {
        PyObject *base = how == Py_NE ? (PyObject *)&PyBaseObject_Type : (PyObject *)fraction_type;
        return PyObject_CallMethod(base, names[how], "OO", a, b);
    }
    if (is_small(a, &left) && is_small(b, &right))
        Py_RETURN_RICHCOMPARE((wide)left.above * right.below, (wide)right.above * left.below, how);
    PyObject *mine = PyNumber_Multiply(above_of(a), below_of(b));
    PyObject *theirs = PyNumber_Multiply(above_of(b), below_of(a));
    PyObject *told = mine && theirs ? PyObject_RichCompare(mine, theirs, how) : NULL;
    Py_XDECREF(mine);
    Py_XDECREF(theirs);
    return told;
}

static Py_hash_t exact_hash(PyObject *self) {
    if (BELOW(self) == one) return PyObject_Hash(ABOVE(self));
    PyObject *told = PyObject_CallMethod((PyObject *)fraction_type, "__hash__", "O", self);
    Py_hash_t hash = told ? PyLong_AsSsize_t(told) : -1;
    Py_XDECREF(told);
    return hash;
}

static PyObject *as_integer_ratio(PyObject *self, PyObject *none) { return PyTuple_Pack(2, ABOVE(self), BELOW(self)); }

static PyObject *numerator(PyObject *self, void *closure) {
    Py_INCREF(ABOVE(self));
    return ABOVE(self);
}

static PyObject *denominator(PyObject *self, void *closure) {
    Py_INCREF(BELOW(self));
    return BELOW(self);
}

/* ---------------------------------------------------------------- functions of the module */

static PyObject *lowest(PyObject *module, PyObject *const *given, Py_ssize_t count) {
    if (count != 2 || !PyLong_Check(given[0]) || !PyLong_Check(given[1])) {
        PyErr_SetString(PyExc_TypeError, "a rational is made of two whole numbers");
        return NULL;
    }
    Py_INCREF(given[0]);
    Py_INCREF(given[1]);
    return made(given[0], given[1]);
}

static PyObject *exact_ratio(PyObject *module, PyObject *const *given, Py_ssize_t count) {
    int64_t above, below;
    if (count != 2 || !PyLong_Check(given[0]) || !PyLong_Check(given[1])) {
        PyErr_SetString(PyExc_TypeError, "a ratio is of two whole numbers");
        return NULL;
    }
    if (!word(given[0], &above) || !word(given[1], &below) || below <= 0)
        return large_product(given[0], one, given[1], one);
    int64_t divisor = (int64_t)common(size(above), (uint64_t)below);
    return small(above / divisor, below / divisor);
}

static PyMethodDef functions[] = {
    {"lowest", (PyCFunction)(void (*)(void))lowest, METH_FASTCALL, "Return numerator / denominator, in lowest terms already."},
    {"exact_ratio", (PyCFunction)(void (*)(void))exact_ratio, METH_FASTCALL, "Return numerator / denominator."},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef methods[] = {
    {"as_integer_ratio", as_integer_ratio, METH_NOARGS, "Return numerator and denominator."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef properties[] = {
    {"numerator", numerator, NULL, "The numerator.", NULL},
    {"denominator", denominator, NULL, "The denominator, above 0.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "A rational number, exact, immutable and in lowest terms."},
    {Py_nb_add, exact_add},
    {Py_nb_subtract, exact_subtract},
    {Py_nb_multiply, exact_multiply},
    {Py_nb_true_divide, exact_divide},
    {Py_nb_negative, exact_negative},
    {Py_nb_absolute, exact_absolute},
    {Py_nb_bool, exact_bool},
    {Py_tp_richcompare, exact_compare},
    {Py_tp_hash, exact_hash},
    {Py_tp_methods, methods},
    {Py_tp_getset, properties},
    {0, NULL},
};

static PyType_Spec spec = {"engine.ledger.exact.Exact", 0, 0, Py_TPFLAGS_DEFAULT, slots};

static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_exact", "Exact rationals, compiled.", -1, functions};

/* Where instances keep a slot; -1 where the class has none of that name. */
static Py_ssize_t offset_of(const char *name) {
    PyObject *slot = PyObject_GetAttrString((PyObject *)fraction_type, name);
    Py_ssize_t at = -1;
    if (slot && Py_IS_TYPE(slot, &PyMemberDescr_Type)) at = ((PyMemberDescrObject *)slot)->d_member->offset;
    Py_XDECREF(slot);
    if (at < 0 && !PyErr_Occurred()) PyErr_SetString(PyExc_ImportError, "rationals of this Python keep no slots");
    return at;
}

PyMODINIT_FUNC PyInit__exact(void) {
    PyObject *fractions = PyImport_ImportModule("fractions"), *math = PyImport_ImportModule("math");
    if (!fractions || !math) return NULL;
    fraction_type = (PyTypeObject *)PyObject_GetAttrString(fractions, "Fraction");
    gcd_function = PyObject_GetAttrString(math, "gcd");
    zero = PyLong_FromLong(0);
    one = PyLong_FromLong(1);
    if (!fraction_type || !gcd_function || !zero || !one) return NULL;
    if ((above_at = offset_of("_numerator")) < 0 || (below_at = offset_of("_denominator")) < 0) return NULL;
    PyObject *bases = PyTuple_Pack(1, fraction_type), *module = PyModule_Create(&definition);
    if (!bases || !module) return NULL;
    exact_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, bases);
    Py_DECREF(bases);
    if (!exact_type || PyModule_AddObjectRef(module, "Exact", (PyObject *)exact_type) < 0) return NULL;
    return module;
}
