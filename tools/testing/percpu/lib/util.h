/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions that return bool report an error to the user before they return false. */
#ifndef UTIL_H
#define UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define sizeof_member(type, member)	sizeof(((type *)0)->member)

/* A growing list of strings, NULL-terminated */
struct strv {
	char **v;
	size_t n;
};

void error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void *xrealloc(void *ptr, size_t size);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *quote(const char *word);
void strv_add(struct strv *list, char *string);
void strv_free(struct strv *list);
double now(void);
char *read_file(const char *path, size_t *size);
bool write_file(const char *path, const void *data, size_t size);
bool copy_file(const char *from, const char *to);
bool make_dir(const char *path);

/* As in the kernel: what a variable owns is freed where it ends */
#define __free(_name)	__attribute__((cleanup(__free_##_name)))

static inline void __free_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void __free_strv(struct strv *list)
{
	strv_free(list);
}

#endif
