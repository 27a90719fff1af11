/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes results as one HTML page for people. */
#ifndef PAGE_H
#define PAGE_H

#include "saved.h"

bool page_write(const struct runs *runs, const char *path);

#endif
