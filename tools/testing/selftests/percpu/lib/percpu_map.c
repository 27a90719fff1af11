// SPDX-License-Identifier: GPL-2.0-only
/* Per-CPU maps of BPF. Values are arrays with one element for each possible CPU. */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "percpu_map.h"

static int map_access(int command, int map, uint32_t key, const uint64_t *values)
{
	union bpf_attr attr = {
		.map_fd = map,
		.key = (uintptr_t)&key,
		.value = (uintptr_t)values,
		.flags = BPF_ANY,
	};

	return syscall(SYS_bpf, command, &attr, sizeof(attr)) ? -errno : 0;
}

/**
 * percpu_map_supported - can the kernel make maps?
 *
 * Return: true if it has BPF_SYSCALL, and with it this file.
 */
bool percpu_map_supported(void)
{
	return !access("/proc/sys/kernel/unprivileged_bpf_disabled", F_OK);
}

/**
 * percpu_map_create - make a map
 * @type: BPF_MAP_TYPE_PERCPU_ARRAY or BPF_MAP_TYPE_PERCPU_HASH
 * @value_size: bytes of a value on each CPU
 * @entries: number of keys
 *
 * Return: its descriptor, or a negative errno.
 */
int percpu_map_create(enum bpf_map_type type, uint32_t value_size, uint32_t entries)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = sizeof(uint32_t),
		.value_size = value_size,
		.max_entries = entries,
	};
	int map = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));

	return map < 0 ? -errno : map;
}

/**
 * percpu_map_update - write the values of a key, of 8 bytes on each CPU
 * @map: the map
 * @key: the key
 * @values: as many as there are possible CPUs
 *
 * Return: 0, or a negative errno.
 */
int percpu_map_update(int map, uint32_t key, const uint64_t *values)
{
	return map_access(BPF_MAP_UPDATE_ELEM, map, key, values);
}

/**
 * percpu_map_lookup - read the values of a key, of 8 bytes on each CPU
 * @map: the map
 * @key: the key
 * @values: room for as many as there are possible CPUs
 *
 * Return: 0, or a negative errno.
 */
int percpu_map_lookup(int map, uint32_t key, uint64_t *values)
{
	return map_access(BPF_MAP_LOOKUP_ELEM, map, key, values);
}
