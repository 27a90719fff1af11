// SPDX-License-Identifier: GPL-2.0-only
#include "area.h"
#include "linux.h"

enum area area_of(const struct hart *hart, uint64_t va)
{
	static const enum area areas[] = {
		[RANGE_UNKNOWN] = AREA_OTHER,
		[RANGE_FIRST_CHUNK] = AREA_FIRST_CHUNK,
		[RANGE_VMALLOC] = AREA_VMALLOC,
		[RANGE_VMEMMAP] = AREA_VMEMMAP,
		[RANGE_PCI_IO] = AREA_OTHER,
		[RANGE_FIXMAP] = AREA_OTHER,
		[RANGE_LINEAR] = AREA_LINEAR,
		[RANGE_KERNEL] = AREA_KERNEL,
		[RANGE_MODULE] = AREA_KERNEL,
	};
	enum range range;

	if (!(va >> 63))
		return AREA_USER;
	range = linux_range(hart, va);
	return range & RANGE_SHADOW ? AREA_SHADOW : areas[range];
}

const char *area_name(enum area area)
{
	static const char *const names[] = {
		[AREA_FIRST_CHUNK] = "first_chunk",
		[AREA_LINEAR] = "linear",
		[AREA_VMALLOC] = "vmalloc",
		[AREA_VMEMMAP] = "vmemmap",
		[AREA_KERNEL] = "kernel",
		[AREA_SHADOW] = "shadow",
		[AREA_OTHER] = "other",
		[AREA_USER] = "user",
	};

	return names[area];
}
