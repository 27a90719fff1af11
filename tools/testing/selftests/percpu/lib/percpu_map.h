/* SPDX-License-Identifier: GPL-2.0-only */
/* Per-CPU maps of BPF: memory of each CPU that user space can write and read. */
#ifndef PERCPU_MAP_H
#define PERCPU_MAP_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

bool percpu_map_supported(void);
int percpu_map_create(enum bpf_map_type type, uint32_t value_size, uint32_t entries);
int percpu_map_update(int map, uint32_t key, const uint64_t *values);
int percpu_map_lookup(int map, uint32_t key, uint64_t *values);

#endif
