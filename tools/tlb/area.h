/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TLB_AREA_H
#define TLB_AREA_H

#include <stdint.h>

struct hart;

/* By what costs are told apart */
enum area {
	AREA_FIRST_CHUNK,
	AREA_LINEAR,
	AREA_VMALLOC,
	AREA_VMEMMAP,
	AREA_KERNEL,
	AREA_SHADOW,	/* of KASAN */
	AREA_OTHER,	/* of the kernel's half */
	AREA_USER,
	AREAS,
};

/** area_of() - what an address is for a hart */
enum area area_of(const struct hart *hart, uint64_t va);

/** area_name() - an area, as options and reports name it */
const char *area_name(enum area area);

#endif
