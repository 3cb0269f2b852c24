#include "plugin.h"
#include "_cgo_export.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef PJRT_Error *(*function)(void *args);

// PJRT_Api: the functions follow its size, extensions and version.
typedef struct {
	size_t size;
	void *extensions;
	struct {
		size_t size;
		void *extensions;
		int major, minor;
	} version;
	function functions[];
} table;

// Places in the table.
enum {
	error_destroy = 0,
	client_compile = 20,
	executable_destroy = 40,
	executable_serialize = 49,
	loaded_get_executable = 51,
	deserialize_and_load = 56,
};

static const table *plugin;

static PJRT_Error *compile(void *args) { return programsCompile(args); }

void *programs_interpose(const char *path, const char **failed) {
	void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	if (!library) {
		*failed = dlerror();
		return NULL;
	}
	const table *(*get)(void) = (const table *(*)(void))dlsym(library, "GetPjrtApi");
	if (!get) {
		*failed = "it has no GetPjrtApi";
		return NULL;
	}
	const table *theirs = get();
	if (!theirs || theirs->version.major != 0 || theirs->size < offsetof(table, functions) + sizeof(function) * (deserialize_and_load + 1)) {
		*failed = "its version of PJRT is not 0.x";
		return NULL;
	}
	table *copy = malloc(theirs->size);
	if (!copy) {
		*failed = "no memory";
		return NULL;
	}
	memcpy(copy, theirs, theirs->size);
	copy->functions[client_compile] = compile;
	plugin = theirs;
	return copy;
}

PJRT_Error *programs_compile(pjrt_compile *args) { return plugin->functions[client_compile](args); }

// failed frees an error, if there is one, and reports whether there was.
static int failed(PJRT_Error *error) {
	if (error) {
		struct { size_t size; void *extensions; PJRT_Error *error; } args = {sizeof args, NULL, error};
		plugin->functions[error_destroy](&args);
	}
	return error != NULL;
}

char *programs_serialize(void *loaded, size_t *size) {
	struct { size_t size; void *extensions, *loaded, *executable; } get = {sizeof get, NULL, loaded, NULL};
	if (failed(plugin->functions[loaded_get_executable](&get)))
		return NULL;
	struct {
		size_t size;
		void *extensions, *executable;
		const char *bytes;
		size_t bytes_size;
		void *owner;
		void (*delete)(void *owner);
	} serialize = {sizeof serialize, NULL, get.executable};
	char *copy = NULL;
	if (!failed(plugin->functions[executable_serialize](&serialize))) {
		if ((copy = malloc(serialize.bytes_size)))
			memcpy(copy, serialize.bytes, *size = serialize.bytes_size);
		serialize.delete(serialize.owner);
	}
	struct { size_t size; void *extensions, *executable; } destroy = {sizeof destroy, NULL, get.executable};
	failed(plugin->functions[executable_destroy](&destroy));
	return copy;
}

void *programs_load(void *client, const char *bytes, size_t size) {
	struct {
		size_t size;
		void *extensions, *client;
		const char *bytes;
		size_t bytes_size;
		void *loaded;
		const char *options; // NULL: those of the serialized program
		size_t options_size;
	} load = {sizeof load, NULL, client, bytes, size};
	return failed(plugin->functions[deserialize_and_load](&load)) ? NULL : load.loaded;
}
