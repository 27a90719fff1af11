/* SPDX-License-Identifier: GPL-2.0-only */
/* What every part of the runner needs. */
#ifndef UTIL_H
#define UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define sizeof_member(type, member)	sizeof(((type *)0)->member)

/* As in the kernel: what a variable owns is freed where it ends */
#define __free(_name)	__attribute__((cleanup(__free_##_name)))

/**
 * struct strv - a growing list of strings, NULL-terminated
 * @v: the strings, each owned by the list
 * @n: how many, without the NULL
 */
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

static inline void __free_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void __free_strv(struct strv *list)
{
	strv_free(list);
}

/* For a variable with __free(): its value, which the caller owns from now on */
#define no_free_ptr(pointer) \
({ \
	typeof(pointer) __pointer = pointer; \
	pointer = NULL; \
	__pointer; \
})

#endif
