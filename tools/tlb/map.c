// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdlib.h>

#include "map.h"
#include "tlb.h"

#define FIRST_SIZE	1024

/* A slot is free unless it is of this round */
struct map_slot {
	uint64_t key;
	uint64_t value;
	uint32_t round;
};

static size_t spread(uint64_t key)
{
	return key * 0x9e3779b97f4a7c15ul >> 24;
}

static struct map_slot *find(const struct map *map, uint64_t key)
{
	size_t at = spread(key);

	for (;; at++) {
		struct map_slot *slot = &map->slot[at & (map->size - 1)];

		if (slot->round != map->round || slot->key == key)
			return slot;
	}
}

static void resize(struct map *map, size_t size)
{
	struct map old = *map;

	map->slot = calloc(size, sizeof(*map->slot));
	if (!map->slot)
		tlb_die("no memory for a map of %zu entries", size);
	map->size = size;
	map->round = 1;
	for (size_t i = 0; i < old.size; i++) {
		if (old.slot[i].round != old.round)
			continue;
		struct map_slot *slot = find(map, old.slot[i].key);

		*slot = old.slot[i];
		slot->round = map->round;
	}
	free(old.slot);
}

uint64_t *map_at(struct map *map, uint64_t key)
{
	struct map_slot *slot;

	if (2 * map->used >= map->size)
		resize(map, map->size ? 2 * map->size : FIRST_SIZE);
	slot = find(map, key);
	if (slot->round != map->round) {
		*slot = (struct map_slot){ .key = key, .round = map->round };
		map->used++;
	}
	return &slot->value;
}

uint64_t map_get(const struct map *map, uint64_t key)
{
	struct map_slot *slot;

	if (!map->used)
		return 0;
	slot = find(map, key);
	return slot->round == map->round ? slot->value : 0;
}

void map_forget(struct map *map)
{
	if (!map->used)
		return;
	map->round++;
	map->used = 0;
}
