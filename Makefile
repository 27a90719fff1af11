# SPDX-License-Identifier: GPL-2.0-only
#
# Top-level targets. Everything is written below O= (build). What names a tree, a cell or a
# tool may come from the environment, as kbuild takes CROSS_COMPILE from there.

O	:= build
BASE	?=
ARCH	:= riscv
KSRC	?=
CELL	?=
IMAGE	?=
TOPICS	?=
SHARD	?=
QEMU	?= qemu-system-riscv64
BIOS	?=
BUSYBOX	?=
TIMEOUT	?= 120
FORCE	:=
N	:= 100
SEED	:= 1
FIRST	:= 0
FROM	:=
# For one run of a cell
APPEND	:=
QEMU_ARGS :=
KCONFIG	:=
GDB	:=
DRYRUN	:=

ifneq ($(ARCH),riscv)
$(error ARCH=$(ARCH): only riscv is known here)
endif

# The scripts call kbuild themselves: they get the user's variables by name
JOBS	= $(patsubst -j%,%,$(filter -j%,$(MAKEFLAGS)))
quiet	:= $(if $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),silent_)
export BASE KSRC TOPICS CELL IMAGE SHARD QEMU BIOS BUSYBOX TIMEOUT FORCE N SEED FIRST FROM JOBS quiet
export APPEND QEMU_ARGS KCONFIG GDB DRYRUN
export CROSS_COMPILE LLVM V W C
ifneq ($(origin CC),default)
export CC
endif
ifneq ($(words $(O)),1)
$(error O=$(O): a directory without blanks is needed)
endif
override O := $(abspath $(O))
export O
unexport MAKEFLAGS MFLAGS

help:
	@echo  'Targets:'
	@echo  '  boot        boot one cell and print its verdict: page first chunk, two nodes, 4 harts'
	@echo  '  check       lint, unit tests, compose tests, cells and controls'
	@echo  '  check-full  the same, all cells, and what takes long'
	@echo  '  report      put the reports in the directories FROM= together, shards for instance'
	@echo  '  lava        write the cell CELL= as a job for LAVA'
	@echo  '  fuzz        boot N= random machines, chosen by SEED='
	@echo  '  bench       count what the page first chunk costs, on models of harts'
	@echo  '  survey      boot the kernel IMAGE= as it is and report what it has and what is wrong'
	@echo  '  series      compose the patch series for BASE= or KSRC='
	@echo  '  lint        check our own text, and each patch of the series as the CI of linux-riscv does,'
	@echo  '              which compiles parts of allmodconfig, and takes long'
	@echo  '  shell       BusyBox prompt in the cell CELL='
	@echo  '  cells       list the cells'
	@echo  '  menuconfig  choose what check covers'
	@echo  '  clean       remove what was written to O='
	@echo  ''
	@echo  'Variables:'
	@echo  '  O=dir       where everything is written (build)'
	@echo  '  BASE=6.1    the packaged kernel tree to use: 6.1, 6.12 or mainline (the newest package);'
	@echo  '              without it check takes what menuconfig chose'
	@echo  '  KSRC=dir    your own kernel tree instead; it is only read'
	@echo  '  TOPICS=a,b  only these topics of the series, and those that they need, for series, boot and'
	@echo  '              shell; scripts/compose -h lists them'
	@echo  '  CELL=name   the cell for boot, shell and lava; make cells lists them'
	@echo  '  SHARD=i/n   only the i-th of n parts of check, for as many hosts'
	@echo  '  FROM=dirs   for report: reports, "a/report b/report", and jobs of LAVA with their logs'
	@echo  '  IMAGE=file  riscv64 Image, vmlinuz or Debian package of a kernel, for survey; several as "a b"'
	@echo  '  QEMU=       qemu-system-riscv64, 8.1 or later'
	@echo  '  BIOS=       OpenSBI fw_dynamic.bin, 1.6 or later (a package)'
	@echo  '  BUSYBOX=    static riscv64 BusyBox (a package)'
	@echo  '  FORCE=1     run again what passed before from the same input'
	@echo  '  N= SEED= FIRST=  how many random machines (100), of which series (1), from which on (0)'
	@echo  '  TIMEOUT=    seconds that a cell may take (120)'
	@echo  '  CROSS_COMPILE= LLVM= V=1 W=1 C=1 -s -j: as in kbuild'
	@echo  ''
	@echo  'For one run of boot:'
	@echo  '  APPEND="panic=0 ..."    more kernel arguments'
	@echo  '  QEMU_ARGS="-d int ..."  more QEMU arguments'
	@echo  '  KCONFIG="A=y B=n"       kernel options on top of the fragments; the kernel is built again,'
	@echo  '                          and without KCONFIG= the next time once more'
	@echo  '  DRYRUN=1                print the QEMU command and do not run it'
	@echo  '  GDB=1                   QEMU waits for a debugger; the gdb command is printed'

boot:
	@scripts/run/boot --explain

shell:
	@scripts/run/boot --shell

check:
	@scripts/check/check

series:
	@scripts/build/compose-series

report:
	@scripts/run/merge-reports

lava cells fuzz survey bench:
	@scripts/run/$@

lint:
	@scripts/check/lint; lint=$$?; scripts/gates/run && exit $$lint

check-full:
	@scripts/check/check --full

menuconfig:
	@scripts/fetch/install-packages menuconfig
	@scripts/check/kconfig menuconfig

clean:
	@scripts/clean

.PHONY: help boot check check-full report lava fuzz survey bench series lint shell cells menuconfig clean
