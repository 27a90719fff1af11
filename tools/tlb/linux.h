/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TLB_LINUX_H
#define TLB_LINUX_H

#include "tlb.h"

/* What an address of the kernel's half is */
enum range {
	RANGE_UNKNOWN,
	RANGE_FIRST_CHUNK,
	RANGE_VMALLOC,
	RANGE_VMEMMAP,
	RANGE_PCI_IO,
	RANGE_FIXMAP,
	RANGE_LINEAR,
	RANGE_KERNEL,
	RANGE_MODULE,
	/* Flag: the KASAN shadow of the range */
	RANGE_SHADOW = 0x10,
};

/**
 * linux_range() - what an address is
 * @hart:	whose translations reach the kernel's variables
 * @va:		the address
 *
 * The ranges come from kernel_map.page_offset and the layout that follows from it, the first
 * chunk from pcpu_base_addr and pcpu_unit_offsets[] once the kernel has set them. All are read
 * in the shadow, so this works when QEMU ends, too. Without symbols all is RANGE_UNKNOWN.
 */
enum range linux_range(const struct hart *hart, uint64_t va);

/** linux_forget() - the kernel makes way for another one, of the same build, by kexec */
void linux_forget(void);

/** linux_range_name() - a range, as reports name it; in a static buffer */
const char *linux_range_name(enum range range);

/** linux_cpu() - the kernel's number of a hart; -1 if not known */
int linux_cpu(const struct hart *hart);

/* What the kernel does with a page fault that only a missing fence explains */
enum absorber {
	ABSORBER_UNKNOWN,
	/* 6.4 and older: do_page_fault() fences vmalloc and module addresses */
	ABSORBER_VMALLOC_FAULT,
	/* Until 6.9: nothing; 7d3332be011e took that away, 7e3811521dc3 fences all harts instead */
	ABSORBER_NONE,
	/* 6.10 and later: handle_exception fences all if the hart's bit of a bitmap is set */
	ABSORBER_BITMAP,
};

/** linux_absorber() - which of them the kernel has, by its symbols and its banner */
enum absorber linux_absorber(void);

/**
 * linux_is_marked() - handle_exception fences for a trap that a change explains
 * @hart:	that traps
 * @seq:	when the change was, in units of tlb_seq
 *
 * The bit must have been set after the change. One that was set before may be gone: the hart
 * clears it when it traps, which it never does in QEMU.
 */
bool linux_is_marked(const struct hart *hart, uint64_t seq);

/** linux_in_bitmap() - an address is of the bitmap that handle_exception looks at */
bool linux_in_bitmap(uint64_t va);

/** linux_store() - a store to a virtual address; says when the bitmap was written */
void linux_store(uint64_t va);

/** linux_is_known() - there are symbols, and they are those of Linux */
bool linux_is_known(void);

/** linux_handler_runs() - stvec is handle_exception; also learns how far KASLR moved the kernel */
bool linux_handler_runs(const struct hart *hart);

/** linux_on_own_unit() - an address lies in the static per-CPU memory that the hart uses */
bool linux_on_own_unit(const struct hart *hart, uint64_t va);

#endif
