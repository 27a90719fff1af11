// SPDX-License-Identifier: GPL-2.0-only
/*
 * The translation process of the privileged specification, "Virtual Address Translation
 * Process", for Sv39, Sv48, Sv57 and Svnapot, on the shadow of the guest's memory.
 */
#include <string.h>

#include "shadow.h"
#include "table.h"
#include "walk.h"

#define PPN_MASK	((1ul << 44) - 1)
#define NAPOT_SHIFT	16

int walk_levels(uint64_t satp)
{
	uint64_t mode = SATP_MODE(satp);

	return mode >= 8 && mode <= 10 ? (int)mode - 5 : 0;
}

unsigned int walk_index(uint64_t va, int level)
{
	return va >> (PAGE_SHIFT + 9 * level) & 511;
}

bool pte_is_valid(uint64_t pte)
{
	return pte & PTE_V && (pte & (PTE_R | PTE_W)) != PTE_W;
}

bool pte_is_leaf(uint64_t pte)
{
	return pte & PTE_LEAF;
}

uint64_t pte_table(uint64_t pte)
{
	return (pte >> 10 & PPN_MASK) << PAGE_SHIFT;
}

int pte_shift(uint64_t pte, int level)
{
	return pte & PTE_N && level == 0 ? NAPOT_SHIFT : PAGE_SHIFT + 9 * level;
}

uint64_t pte_translate(uint64_t pte, int level, uint64_t va)
{
	uint64_t mask = (1ul << pte_shift(pte, level)) - 1;

	return (pte_table(pte) & ~mask) | (va & mask);
}

bool walk_from(uint64_t table, int level, uint64_t va, uint64_t seq, struct walk *to)
{
	for (;; level--) {
		uint64_t at = table + 8 * walk_index(va, level);
		uint64_t pte = seq ? table_read_at(at, seq) : shadow_read64(at);

		to->level = level;
		to->entry[level] = at;
		to->leaf = pte;
		if (!pte_is_valid(pte))
			return false;
		if (pte & PTE_G)
			to->global = true;
		if (pte_is_leaf(pte))
			break;
		if (level == 0)
			return false;
		table = pte_table(pte);
	}
	to->shift = pte_shift(to->leaf, level);
	to->pa = pte_translate(to->leaf, level, va);
	return true;
}

bool walk(uint64_t satp, uint64_t va, struct walk *to)
{
	memset(to, 0, sizeof(*to));
	to->levels = walk_levels(satp);
	if (!to->levels)
		return false;
	return walk_from(SATP_ROOT(satp), to->levels - 1, va, 0, to);
}
