// SPDX-License-Identifier: GPL-2.0-only
/* Modules of the kernel. Functions return 0 or a negative errno. */
#include <errno.h>
#include <fcntl.h>
#include <linux/elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel_log.h"
#include "kernel_module.h"
#include "kselftest.h"

#define POLL_USECONDS	20000

/* "kernel/lib/<name>.ko: ..." of modules.dep */
static bool is_entry_of(char *line, const char *name)
{
	char file[80], *end = strchr(line, ':'), *slash;

	if (!end)
		return false;
	*end = '\0';
	slash = strrchr(line, '/');
	snprintf(file, sizeof(file), "%s.ko", name);
	return !strcmp(slash ? slash + 1 : line, file);
}

/* Finds a module of the running kernel where a distribution has them. */
static int find_module(const char *name, char *path, size_t size)
{
	char dep[300], line[4096];
	struct utsname kernel;
	int err = -ENOENT;
	FILE *modules;

	uname(&kernel);
	snprintf(dep, sizeof(dep), MODULE_DIR "/%s/modules.dep", kernel.release);
	modules = fopen(dep, "r");
	if (!modules)
		return -errno;
	while (err && fgets(line, sizeof(line), modules)) {
		if (!is_entry_of(line, name))
			continue;
		snprintf(path, size, MODULE_DIR "/%s/%s", kernel.release, line);
		err = 0;
	}
	fclose(modules);
	return err;
}

static int module_open(const char *name)
{
	char path[sizeof(struct utsname) + 4096];
	int fd, err;

	snprintf(path, sizeof(path), MODULE_DIR "/%s.ko", name);
	if (access(path, F_OK)) {
		err = find_module(name, path, sizeof(path));
		if (err)
			return err;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

bool module_exists(const char *name)
{
	int fd = module_open(name);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Returns the size of the section in the ELF image, 0 if it is not there. */
static long section_size(const char *image, const char *section)
{
	const struct elf64_hdr *header = (const void *)image;
	const struct elf64_shdr *sections = (const void *)(image + header->e_shoff);
	const char *names = image + sections[header->e_shstrndx].sh_offset;
	int i;

	for (i = 0; i < header->e_shnum; i++)
		if (!strcmp(names + sections[i].sh_name, section))
			return sections[i].sh_size;
	return 0;
}

/**
 * module_section_size - how large a section of a module is
 * @name: the module
 * @section: the section, such as ".data..percpu"
 *
 * Return: bytes, 0 if it has none, or a negative errno.
 */
long module_section_size(const char *name, const char *section)
{
	long size = -EINVAL;
	struct stat stat;
	char *image;
	int fd;

	fd = module_open(name);
	if (fd < 0)
		return fd;
	if (fstat(fd, &stat)) {
		size = -errno;
		close(fd);
		return size;
	}
	image = mmap(NULL, stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (image == MAP_FAILED)
		return -errno;
	if (stat.st_size > (off_t)sizeof(struct elf64_hdr) && !memcmp(image, ELFMAG, SELFMAG))
		size = section_size(image, section);
	munmap(image, stat.st_size);
	return size;
}

/**
 * module_load - load a module
 * @name: a file in MODULE_DIR, or in the running kernel's folder there, without ".ko"
 * @parameters: as in "nr_threads=2 run_test_mask=128"
 *
 * Return: 0, or a negative errno; -EAGAIN from those of the kernel's tests that
 * do their work while they are loaded and then decline to stay.
 */
int module_load(const char *name, const char *parameters)
{
	int fd, err = 0;

	fd = module_open(name);
	if (fd < 0)
		return fd;
	if (syscall(SYS_finit_module, fd, parameters, 0))
		err = -errno;
	close(fd);
	return err;
}

/* Returns 0 or a negative errno. */
int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

/**
 * module_run - load a module whose work is done while it is loaded
 * @name: the module
 * @parameters: its parameters
 * @each: called with each message of the kernel's log meanwhile
 *
 * A child loads it, so that the log is read before the kernel overwrites it.
 *
 * Return: what module_load() returned, -EPIPE if messages were lost, -EIO if the
 * child died, or another negative errno.
 */
int module_run(const char *name, const char *parameters, log_fn each)
{
	struct kernel_log log;
	int status, err;
	pid_t pid, done;

	err = log_open(&log);
	if (err)
		return err;
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(-module_load(name, parameters));
	err = pid < 0 ? -errno : 0;
	while (!err) {
		done = waitpid(pid, &status, WNOHANG);
		log_read(&log, each);
		if (done)
			break;
		usleep(POLL_USECONDS);
	}
	log_close(&log);
	if (err || log.err)
		return err ? err : log.err;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}
