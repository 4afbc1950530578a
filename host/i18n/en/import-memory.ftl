# The same files imported again.
import-same-files = The files and the school's records are those of the last import: nothing was read again.
