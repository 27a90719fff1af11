/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads machine code. */
#ifndef CODE_H
#define CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool code_fences(const uint8_t *code, size_t size);
bool code_calls(const uint8_t *code, size_t size, long long start);

#endif
