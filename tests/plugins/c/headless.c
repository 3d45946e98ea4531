/* A plugin with a manifest and without an entry. */
#include "russet_plugin.h"

RUSSET_PLUGIN("headless", 1, 0, "Has no entry.");
