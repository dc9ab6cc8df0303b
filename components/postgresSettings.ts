/**
 * Server settings for a memory size, by the rules of PostgreSQL's own documentation and wiki: a quarter of the
 * memory for shared buffers, three quarters as the planner's idea of the cache, and work memory such that all
 * connections sorting at once stay within what is left.
 * @param memoryMb Memory of the server in MiB.
 */
export function postgresSettings(
  memoryMb: number,
  maxConnections: number,
): Readonly<Record<string, string>> {
  const sharedBuffers = Math.max(32, Math.floor(memoryMb / 4));
  const workMemory = Math.max(1, Math.floor((memoryMb - sharedBuffers) / (maxConnections * 3)));
  return {
    max_connections: String(maxConnections),
    shared_buffers: `${sharedBuffers}MB`,
    effective_cache_size: `${Math.floor((memoryMb * 3) / 4)}MB`,
    work_mem: `${workMemory}MB`,
    maintenance_work_mem: `${Math.min(1024, Math.max(16, Math.floor(memoryMb / 16)))}MB`,
    // Containers usually sit on SSDs, where a random read costs about what a sequential one does.
    random_page_cost: "1.1",
    wal_compression: "on",
    log_min_duration_statement: "500",
    idle_in_transaction_session_timeout: "60000",
  };
}
