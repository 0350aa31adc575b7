import { itIsLogTables } from './contract.ts';
import { memoryLogTables } from './memory-log-tables.ts';

describe('tables in memory', () => {
  itIsLogTables(async () => {
    const tables = memoryLogTables();
    return {
      tables,
      count: async (table) => tables.rows(table).length,
      counted: async () =>
        Object.values(tables.views).map((view) => [...view.values()].reduce((sum, count) => sum + count, 0)),
    };
  });
});
