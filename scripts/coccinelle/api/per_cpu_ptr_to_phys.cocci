// SPDX-License-Identifier: GPL-2.0-only
///
/// __pa() and its like are right for the linear mapping only. A per-CPU object lies
/// there by chance: in the page first chunk, and in chunks after the first, it lies
/// in vmalloc, and they return the address of something else. per_cpu_ptr_to_phys()
/// knows all chunks.
///
/// It tells the address of a byte: in vmalloc the object's next page may be anywhere.
/// Modules cannot call it.
///
// Confidence: Moderate
// Options: --no-includes --include-headers
// Requires: 1.1.0
// Keywords: __pa, virt_to_phys, virt_to_page, sg_set_buf, dma_map_single, percpu
// Comments:
// Patch mode replaces __pa() and virt_to_phys() only; for the others the object must
// be another one. An address that is passed to a function, or kept in a structure, is
// not followed. &p->m[i] is reported though m may be a pointer to other memory, and
// p->m is not, though m may be an array.

virtual context
virtual report
virtual org
virtual patch

@initialize:python@
@@

found = {}

def keep(position, source):
    found.setdefault((position.file, position.line, position.column), source.line)

def is_found(position):
    return (position.file, position.line, position.column) in found

def message(name, position):
    source = found[(position.file, position.line, position.column)]
    where = "" if source == position.line else " (line %s)" % source
    return "WARNING: %s of a per-CPU object%s, which may lie in vmalloc" % (name, where)

@direct@
identifier to = {__pa, virt_to_phys, virt_to_page, virt_to_head_page, virt_to_folio,
		 virt_to_pfn, virt_to_bus, virt_to_dma, virt_to_mfn, virt_to_gfn};
identifier map = {sg_set_buf, sg_init_one, dma_map_single, dma_map_single_attrs};
identifier ptr = {per_cpu_ptr, this_cpu_ptr, raw_cpu_ptr, get_cpu_ptr};
identifier var = {per_cpu, get_cpu_var, __get_cpu_var};
identifier m;
expression D, i;
type T;
position p;
@@

(
 to@p((T)\(ptr(...)\|&ptr(...)->m\|&ptr(...)->m[i]\|ptr(...) + i\|
	   &var(...)\|&var(...).m\|&var(...).m[i]\|&var(...)[i]\))
|
 map@p(D, (T)\(ptr(...)\|&ptr(...)->m\|&ptr(...)->m[i]\|ptr(...) + i\|
	       &var(...)\|&var(...).m\|&var(...).m[i]\|&var(...)[i]\), ...)
)

@script:python@
p << direct.p;
@@
keep(p[0], p[0])

@through exists@
identifier to = {__pa, virt_to_phys, virt_to_page, virt_to_head_page, virt_to_folio,
		 virt_to_pfn, virt_to_bus, virt_to_dma, virt_to_mfn, virt_to_gfn};
identifier map = {sg_set_buf, sg_init_one, dma_map_single, dma_map_single_attrs};
identifier ptr = {per_cpu_ptr, this_cpu_ptr, raw_cpu_ptr, get_cpu_ptr};
identifier var = {per_cpu, get_cpu_var, __get_cpu_var};
identifier m;
local idexpression v;
expression D, E, i;
type T, U;
position p, s;
@@

 v@s = (U)\(ptr(...)\|&ptr(...)->m\|&ptr(...)->m[i]\|ptr(...) + i\|
	    &var(...)\|&var(...).m\|&var(...).m[i]\|&var(...)[i]\)
 ... when any
     when != v = E
(
 to@p((T)\(v\|&v->m\|&v->m[i]\|&v[i]\|v + i\))
|
 map@p(D, (T)\(v\|&v->m\|&v->m[i]\|&v[i]\|v + i\), ...)
)

@script:python@
p << through.p;
s << through.s;
@@
keep(p[0], s[0])

// A pointer into the object

@twice exists@
identifier to = {__pa, virt_to_phys, virt_to_page, virt_to_head_page, virt_to_folio,
		 virt_to_pfn, virt_to_bus, virt_to_dma, virt_to_mfn, virt_to_gfn};
identifier map = {sg_set_buf, sg_init_one, dma_map_single, dma_map_single_attrs};
identifier ptr = {per_cpu_ptr, this_cpu_ptr, raw_cpu_ptr, get_cpu_ptr};
identifier var = {per_cpu, get_cpu_var, __get_cpu_var};
identifier m;
local idexpression v, w;
expression D, E, F, i;
type T, U, V;
position p, s;
@@

 v@s = (U)\(ptr(...)\|&ptr(...)->m\|&var(...)\|&var(...).m\)
 ... when any
     when != v = E
 w = (V)\(v\|&v->m\|&v->m[i]\|&v[i]\|v + i\)
 ... when any
     when != w = F
(
 to@p((T)\(w\|&w->m\|&w->m[i]\|&w[i]\|w + i\))
|
 map@p(D, (T)\(w\|&w->m\|&w->m[i]\|&w[i]\|w + i\), ...)
)

@script:python@
p << twice.p;
s << twice.s;
@@
keep(p[0], s[0])

// per_cpu() of an array is an address, without &

@array@
declarer name DEFINE_PER_CPU, DEFINE_PER_CPU_ALIGNED, DEFINE_PER_CPU_PAGE_ALIGNED;
declarer name DEFINE_PER_CPU_SHARED_ALIGNED;
identifier a;
expression n;
type T;
@@

(
 DEFINE_PER_CPU(T, a[n]);
|
 DEFINE_PER_CPU_ALIGNED(T, a[n]);
|
 DEFINE_PER_CPU_PAGE_ALIGNED(T, a[n]);
|
 DEFINE_PER_CPU_SHARED_ALIGNED(T, a[n]);
)

@array_direct@
identifier to = {__pa, virt_to_phys, virt_to_page, virt_to_head_page, virt_to_folio,
		 virt_to_pfn, virt_to_bus, virt_to_dma, virt_to_mfn, virt_to_gfn};
identifier map = {sg_set_buf, sg_init_one, dma_map_single, dma_map_single_attrs};
identifier var = {per_cpu, get_cpu_var, __get_cpu_var};
identifier array.a;
expression D, c;
type T;
position p;
@@

(
 to@p((T)\(var(a)\|var(a, c)\))
|
 map@p(D, (T)\(var(a)\|var(a, c)\), ...)
)

@script:python@
p << array_direct.p;
@@
keep(p[0], p[0])

@array_through exists@
identifier to = {__pa, virt_to_phys, virt_to_page, virt_to_head_page, virt_to_folio,
		 virt_to_pfn, virt_to_bus, virt_to_dma, virt_to_mfn, virt_to_gfn};
identifier map = {sg_set_buf, sg_init_one, dma_map_single, dma_map_single_attrs};
identifier var = {per_cpu, get_cpu_var, __get_cpu_var};
identifier array.a;
local idexpression v;
expression D, E, c;
type T, U;
position p, s;
@@

 v@s = (U)\(var(a)\|var(a, c)\)
 ... when any
     when != v = E
(
 to@p((T)v)
|
 map@p(D, (T)v, ...)
)

@script:python@
p << array_through.p;
s << array_through.s;
@@
keep(p[0], s[0])

// All of them, by name

@hit@
identifier fn;
position p : script:python() { is_found(p[0]) };
@@

 fn@p(...)

@script:python depends on report@
p << hit.p;
fn << hit.fn;
@@
coccilib.report.print_report(p[0], message(fn, p[0]))

@script:python depends on org@
p << hit.p;
fn << hit.fn;
@@
coccilib.org.print_todo(p[0], message(fn, p[0]))

@depends on context@
identifier hit.fn;
position hit.p;
@@

* fn@p(...)

// The argument of per_cpu_ptr_to_phys() is a pointer, of __pa() it may be a number

@fixed depends on patch@
identifier pa = {__pa, virt_to_phys};
position hit.p;
expression e;
type T, U;
T *q;
@@

(
- pa@p((U)q)
+ per_cpu_ptr_to_phys(q)
|
- pa@p((U)e)
+ per_cpu_ptr_to_phys(e)
)

@has_header depends on patch@
@@

#include <linux/percpu.h>

@has_half depends on fixed && !has_header@
@@

- #include <linux/percpu-defs.h>
+ #include <linux/percpu.h>

@depends on fixed && !has_header && !has_half@
@@

  #include <linux/...>
+ #include <linux/percpu.h>
