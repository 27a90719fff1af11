/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TLB_WALK_H
#define TLB_WALK_H

#include <stdbool.h>
#include <stdint.h>

/* Bits of an entry: the privileged specification, "Sv39", Svpbmt and Svnapot */
#define PTE_V		(1ul << 0)
#define PTE_R		(1ul << 1)
#define PTE_W		(1ul << 2)
#define PTE_X		(1ul << 3)
#define PTE_U		(1ul << 4)
#define PTE_G		(1ul << 5)
#define PTE_A		(1ul << 6)
#define PTE_D		(1ul << 7)
#define PTE_PBMT	(3ul << 61)
#define PTE_N		(1ul << 63)
#define PTE_LEAF	(PTE_R | PTE_W | PTE_X)

#define SATP_MODE(satp)	((satp) >> 60)
#define SATP_ASID(satp)	((satp) >> 44 & 0xffff)
#define SATP_ROOT(satp)	(((satp) & ((1ul << 44) - 1)) << 12)

#define MAX_LEVELS	5

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };

/**
 * struct walk - a translation as the page tables have it now
 * @levels:	3, 4 or 5 for Sv39, Sv48 and Sv57; 0 without translation
 * @level:	of the last entry visited; 0 is where 4 KiB pages are mapped
 * @pa:		the physical address
 * @leaf:	the last entry visited; invalid if the walk failed
 * @shift:	log2 of the size of the mapping in bytes: 12, 16 (Svnapot), 21, 30 ...
 * @global:	an entry on the way has G set
 * @entry:	physical address of the entry visited at each level, from @level to @levels - 1
 */
struct walk {
	int levels;
	int level;
	uint64_t pa;
	uint64_t leaf;
	int shift;
	bool global;
	uint64_t entry[MAX_LEVELS];
};

/** walk_levels() - how many levels the tables of a value of satp have; 0 for none */
int walk_levels(uint64_t satp);

/** walk_index() - which entry of a table of a level an address uses */
unsigned int walk_index(uint64_t va, int level);

/** pte_is_valid() - V is set and the permissions are not a reserved combination */
bool pte_is_valid(uint64_t pte);

/** pte_is_leaf() - the entry maps a page; the entry is valid */
bool pte_is_leaf(uint64_t pte);

/** pte_table() - physical address that an entry points to, without Svnapot */
uint64_t pte_table(uint64_t pte);

/** pte_shift() - log2 of the size of what a leaf maps, in bytes */
int pte_shift(uint64_t pte, int level);

/** pte_translate() - the physical address of @va by a leaf of a level */
uint64_t pte_translate(uint64_t pte, int level, uint64_t va);

/**
 * walk() - walk the page tables in the shadow
 * @satp:	of the hart
 * @va:		the virtual address
 * @to:		the result; @to->levels is 0 when @satp has no translation
 *
 * Looks at no permission, and at neither A nor D.
 *
 * Return: there is a valid leaf.
 */
bool walk(uint64_t satp, uint64_t va, struct walk *to);

/**
 * walk_from() - the same from a table of a level downwards
 * @table:	physical address of the table
 * @level:	of the table
 * @va:		the virtual address
 * @seq:	as the tables were at a time (table.h) in their history, or 0 for now
 * @to:		the result; @to->levels is the caller's
 */
bool walk_from(uint64_t table, int level, uint64_t va, uint64_t seq, struct walk *to);

#endif
