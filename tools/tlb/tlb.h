/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core of the plugin, and what its users (the sanitizer, the cost model) take from it:
 *
 *	guest's stores --> shadow.h	physical memory --> walk.h	translations
 *	               --> table.h	history of the kernel's page tables
 *	satp, fences   --> struct hart	by hart
 *
 * All callbacks run in one thread. A user is a struct tlb_user in plugin.c's list.
 */
#ifndef TLB_H
#define TLB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "decode.h"
#include "fence.h"
#include "qemu_plugin.h"
#include "walk.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct sanitizer;
struct cost;

/**
 * struct root - what satp was last with an ASID
 * @satp:	the value now
 * @before:	the value before, with other tables; 0 if there was none
 * @seq:	when it changed
 * @pc:		of the instruction that changed it
 * @since:	when the hart first used the ASID since it last fenced it; not later than that fence
 *		if it used it at the fence
 * @left:	when the hart last turned away from the ASID
 */
struct root {
	uint64_t satp;
	uint64_t before;
	uint64_t seq;
	uint64_t pc;
	uint64_t since;
	uint64_t left;
};

/**
 * struct hart - a hart as the core follows it
 * @index:	QEMU's number, from 0
 * @mhartid:	its own
 * @satp:	its value now; walk_levels() is 0 of it without translation
 * @stvec:	its value now
 * @written_pc:	the instruction that wrote satp or stvec, to be read at the next block
 * @written:	there is one
 * @fences:	what the hart has fenced
 * @roots:	by ASID
 * @sanitizer:	owned by sanitizer.c
 * @cost:	owned by cost.c
 */
struct hart {
	unsigned int index;
	uint64_t mhartid;
	uint64_t satp;
	uint64_t stvec;
	uint64_t written_pc;
	bool written;
	struct fences fences;
	struct root *roots;
	struct sanitizer *sanitizer;
	struct cost *cost;
};

/**
 * struct tlb_user - something that looks at what the guest does
 * @option:	takes an argument of the plugin. Return: it is one of the user's. Ends QEMU
 *		with tlb_die() if its value is wrong
 * @start:	all options are known. Return: the user is wanted
 * @hart_init:	a hart is there; its private pointer may be set
 * @block:	a block is translated; the user registers callbacks of its own
 * @insn:	the same for an instruction of it. Callbacks for data run after the access, those
 *		of the core first, except that @store runs before the core's
 * @store:	before a store takes effect in the shadow
 * @fenced:	a fence was executed and is in @hart->fences. SINVAL.VMA counts when its
 *		SFENCE.INVAL.IR does
 * @satp:	satp was written; @hart still has what it was
 * @stvec:	stvec changed
 * @trap:	a block begins where stvec points: the hart took a trap to supervisor mode. Its
 *		registers can be read
 * @finish:	QEMU ends: the user writes its report. No memory of the guest can be read
 *
 * Each may be NULL but start.
 */
struct tlb_user {
	bool (*option)(const char *name, const char *value);
	bool (*start)(void);
	void (*hart_init)(struct hart *hart);
	void (*block)(struct qemu_plugin_tb *tb);
	void (*insn)(struct qemu_plugin_insn *insn, const struct insn *decoded);
	void (*store)(struct hart *hart, uint64_t pc, uint64_t va, size_t length);
	void (*fenced)(struct hart *hart, const struct fence *fence);
	void (*satp)(struct hart *hart, uint64_t value);
	void (*stvec)(struct hart *hart);
	void (*trap)(struct hart *hart);
	void (*finish)(void);
};

extern const struct tlb_user sanitizer_user;
extern const struct tlb_user cost_user;

/**
 * tlb_current() - the hart whose callback runs
 *
 * The number that QEMU gives a callback is not that of the hart: blocks are shared among harts.
 */
struct hart *tlb_current(void);

/** tlb_hart() - the hart with one of QEMU's numbers, from 0 */
struct hart *tlb_hart(unsigned int index);

/** tlb_harts() - how many harts there are */
unsigned int tlb_harts(void);

/** tlb_root_in_use() - a hart's satp points to a physical address now */
bool tlb_root_in_use(uint64_t pa);

/**
 * tlb_register() - a register of the hart whose callback runs
 * @name:	as GDB calls it: "x10", "satp"
 *
 * Only in callbacks that were registered with QEMU_PLUGIN_CB_R_REGS.
 *
 * Return: its value; 0 if QEMU does not have it.
 */
uint64_t tlb_register(const char *name);

/** tlb_gpr() - general register 0 to 31, likewise */
uint64_t tlb_gpr(unsigned int number);

/**
 * tlb_read() - read the guest's memory by virtual address, as the hart sees it now
 * @va:		virtual address
 * @to:		where to; untouched when it cannot be read
 * @length:	in bytes
 *
 * Only in callbacks of a hart. Reads what no store wrote, too, such as initial values.
 *
 * Return: it was read.
 */
bool tlb_read(uint64_t va, void *to, size_t length);

/** tlb_bool() - the value of an option that is on or off; others end QEMU */
bool tlb_bool(const char *name, const char *value);

/** tlb_open() - create a file for a report, or end QEMU */
FILE *tlb_open(const char *path);

/** tlb_die() - say on one line what is wrong, and end QEMU with status 2 */
void tlb_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
