CREATE INDEX import_by_source ON import (source, dataset);
