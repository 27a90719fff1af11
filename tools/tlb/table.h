/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TLB_TABLE_H
#define TLB_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "shadow.h"

/* How many of the last changes of an entry are kept */
#define HISTORY		4

/**
 * struct change - a store that changed an entry
 * @seq:	when, in units of tlb_seq; 0 for none
 * @old:	what the entry was before
 * @pc:		of the store
 * @hart:	that stored
 */
struct change {
	uint64_t seq;
	uint64_t old;
	uint64_t pc;
	unsigned int hart;
};

/**
 * struct table - a page that is a page table of kernel addresses
 * @level:	0 is where 4 KiB pages are mapped
 * @root:	a satp has pointed here: only the upper half is of kernel addresses
 * @age:	how often tables were forgotten before it became known
 * @links:	entries of other tables, and @root, that hold the table
 * @last_used:	when a satp last pointed here, of a root that none does now
 * @born:	when each entry got its value; 0 if it had it when the table became known
 * @changes:	of each entry, the newest first, as far as a hart may have seen the old value
 */
struct table {
	int level;
	bool root;
	unsigned int age;
	unsigned int links;
	uint64_t last_used;
	uint64_t born[PAGE_WORDS];
	struct change changes[PAGE_WORDS][HISTORY];
};

/* Counts changes of entries, writes of satp and fences: the time that orders them */
extern uint64_t tlb_seq;

/* Grows with each change of an entry or of a satp: a walk that is remembered has it */
extern uint64_t tlb_generation;

/**
 * table_store() - store to the guest's memory
 * @hart:	that stores
 * @pc:		of the instruction
 * @pa:		physical address
 * @from:	the bytes
 * @length:	in bytes; may cross no page
 *
 * Keeps the history of the entry if the page is a table, and follows the tables that an entry
 * begins or ceases to point to.
 */
void table_store(unsigned int hart, uint64_t pc, uint64_t pa, const void *from, size_t length);

/**
 * table_load_root() - a hart's satp points to a table
 * @pa:		of the table
 * @level:	of the table
 *
 * The history of the tables below begins here if they were not known.
 */
void table_load_root(uint64_t pa, int level);

/** table_leave_root() - the last hart whose satp pointed to a table turns away from it */
void table_leave_root(uint64_t pa);

/** table_forget() - no page is a table any more: who used them has ended */
void table_forget(void);

/**
 * table_changes() - the last changes of an entry, the newest first
 * @pa:		physical address of the entry
 *
 * Return: HISTORY changes, NULL if the page is no known table.
 */
const struct change *table_changes(uint64_t pa);

/**
 * table_read_at() - an entry as it was at a time
 * @pa:		physical address of the entry
 * @seq:	the time, in units of tlb_seq
 *
 * Return: the entry; what it is now if the page is no known table.
 */
uint64_t table_read_at(uint64_t pa, uint64_t seq);

#endif
