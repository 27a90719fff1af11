/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TLB_SHADOW_H
#define TLB_SHADOW_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1ul << PAGE_SHIFT)
#define PAGE_WORDS	(PAGE_SIZE / sizeof(uint64_t))

struct table;

/**
 * struct shadow_page - what the guest stored to a page of its physical memory
 * @word:	the page as it is now; zero where nothing was stored
 * @table:	what is known of it as a page table (table.h), NULL if it is none
 */
struct shadow_page {
	uint64_t word[PAGE_WORDS];
	struct table *table;
};

/**
 * shadow_find() - the page at a physical address
 * @pa:	physical address, of any byte of the page
 *
 * Return: the page, NULL if nothing was stored there yet.
 */
struct shadow_page *shadow_find(uint64_t pa);

/**
 * shadow_get() - the page at a physical address, made if it is not there
 * @pa:	physical address, of any byte of the page
 *
 * Return: the page; NULL if the address is above 56 bits, which RISC-V has at most.
 */
struct shadow_page *shadow_get(uint64_t pa);

/**
 * shadow_write() - copy bytes into the shadow
 * @pa:		physical address of the first byte
 * @from:	the bytes, in the guest's (little-endian) order
 * @length:	in bytes; all lie in one page
 *
 * Does not look at what the page is; table_store() does.
 */
void shadow_write(uint64_t pa, const void *from, size_t length);

/**
 * shadow_read64() - the 8-byte word at a physical address
 * @pa:		rounded down to 8 bytes
 */
uint64_t shadow_read64(uint64_t pa);

#endif
