// The part of PJRT's C interface that package programs uses, after
// xla/pjrt/c/pjrt_c_api.h (version 0.104).
#pragma once
#include <stddef.h>

typedef struct PJRT_Error PJRT_Error;

typedef struct {
	size_t size;
	void *extensions;
	char *code;
	size_t code_size;
	const char *format;
	size_t format_size;
} pjrt_program;

typedef struct {
	size_t size;
	void *extensions, *client;
	const pjrt_program *program;
	const char *options;
	size_t options_size;
	void *executable; // out
} pjrt_compile;

// programs_interpose loads a plugin and returns its table with
// PJRT_Client_Compile replaced, or NULL and why not.
void *programs_interpose(const char *path, const char **failed);

// programs_compile calls the plugin's own PJRT_Client_Compile.
PJRT_Error *programs_compile(pjrt_compile *args);

// programs_serialize returns a loaded program's bytes, which the caller frees, or
// NULL where the plugin cannot serialize it.
char *programs_serialize(void *loaded, size_t *size);

// programs_load returns a loaded program, or NULL where the plugin refuses the bytes.
void *programs_load(void *client, const char *bytes, size_t size);
