/**
 * A Docker health check for an HTTP path that needs no tool of its own in the image: it takes the first that
 * is there, the cheap ones before the interpreters.
 * @param timeoutMs Time within which the service must answer.
 */
export function httpHealthCommand(port: number, path: string, timeoutMs: number): string[] {
  const url = `http://127.0.0.1:${port}${path}`;
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
  const request = `GET ${path} HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n`;
  const bash = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf "${request}" >&3; read -r line <&3; [[ $line == HTTP/*\\ 2* ]]`;
  const attempts: readonly (readonly [tool: string, command: string])[] = [
    ["curl", `curl -fsS -o /dev/null -m ${seconds} ${url}`],
    ["wget", `wget -q -T ${seconds} -O /dev/null ${url}`],
    ["bash", `bash -c '${bash}'`],
    ["python3", `python3 -c "import urllib.request as u; u.urlopen('${url}', timeout=${seconds})"`],
    [
      "node",
      `node -e "require('http').get('${url}', r => process.exit(r.statusCode < 300 ? 0 : 1)).on('error', () => process.exit(1))"`,
    ],
  ];
  const branches = attempts.map(
    ([tool, command], index) =>
      `${index === 0 ? "if" : "elif"} command -v ${tool} >/dev/null 2>&1; then ${command}`,
  );
  const none = `echo "no curl, wget, bash, python3 or node in this image: give it one of them"; exit 1`;
  return ["CMD-SHELL", `${branches.join("; ")}; else ${none}; fi`];
}
