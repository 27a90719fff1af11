/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes results for KCIDB, the database of kernel CI systems. */
#ifndef KCIDB_H
#define KCIDB_H

#include "saved.h"

const char *kcidb_status(const struct result *result);
bool kcidb_write(const struct runs *runs, const char *path);

#endif
