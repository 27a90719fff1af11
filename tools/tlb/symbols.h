/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TLB_SYMBOLS_H
#define TLB_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

/** symbols_load() - read a System.map, the output of nm or /proc/kallsyms, or end QEMU */
void symbols_load(const char *path);

/** symbols_loaded() - there is a file of symbols */
bool symbols_loaded(void);

/** symbols_move() - the kernel runs that many bytes above the addresses in the file (KASLR) */
void symbols_move(uint64_t by);

/** symbols_find() - the address of a symbol; 0 if there is none */
uint64_t symbols_find(const char *name);

/**
 * symbols_name() - the symbol that an address belongs to
 * @address:	any
 * @offset:	of the address from the symbol's, in bytes
 *
 * Return: its name; NULL if no symbol lies at the address or less than 16 MiB below.
 */
const char *symbols_name(uint64_t address, uint64_t *offset);

#endif
