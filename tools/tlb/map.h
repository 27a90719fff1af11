/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TLB_MAP_H
#define TLB_MAP_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct map - numbers by number, forgotten all at once
 * @slot:	an array
 * @size:	of it, a power of two
 * @used:	slots of this round
 * @round:	a slot of another one is free
 *
 * Zero bytes are an empty map. The map owns its memory and never gives it back.
 */
struct map {
	struct map_slot *slot;
	size_t size;
	size_t used;
	uint32_t round;
};

/**
 * map_at() - the value of a key, to be read or written
 * @map:	where
 * @key:	any number
 *
 * Return: the value, 0 when the key is new; valid until the next call.
 */
uint64_t *map_at(struct map *map, uint64_t key);

/** map_get() - the value of a key, 0 if it has none */
uint64_t map_get(const struct map *map, uint64_t key);

/** map_forget() - forget all keys, in constant time */
void map_forget(struct map *map);

#endif
