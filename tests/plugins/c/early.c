/* A plugin for another version of the interface, whose constructor leaves a trace: it must never run. */
#include "russet_plugin.h"
#include <fcntl.h>
#include <unistd.h>

#undef RUSSET_ABI_MAJOR
#define RUSSET_ABI_MAJOR 9
RUSSET_PLUGIN("early", 1, 0, "Runs too early.");

__attribute__((constructor)) static void trace(void) { close(open("constructor-ran", O_CREAT | O_WRONLY, 0600)); }

russet_status russet_plugin_load(const russet_host *host, russet_plugin *plugin, const russet_slice *args,
                                 size_t arg_count) {
    (void)host, (void)plugin, (void)args, (void)arg_count;
    return RUSSET_OK;
}
