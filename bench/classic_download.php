<?php
// The competitor: a download script as sites have it, token by token: look it up, count its use, log it, send the file. Its
// statements are the ones that a use needs: whether it may be counted is decided by one conditional UPDATE.

function refuse(int $status, string $reason): void {
    http_response_code($status);
    header('Content-Type: text/plain');
    header('Content-Length: ' . strlen($reason));
    exit($reason);
}

$token = $_GET['token'] ?? '';
if (!preg_match('/^[A-Za-z0-9]{64}$/', $token)) refuse(404, "Not found\n");

mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$db = new mysqli('localhost', 'root', '', $_SERVER['DATABASE_NAME'], 0, $_SERVER['DATABASE_SOCKET']);

$find = $db->prepare('SELECT id, file, max_uses, uses, expires_at FROM script_tokens WHERE token = ?');
$find->bind_param('s', $token);
$find->execute();
$row = $find->get_result()->fetch_assoc();
if ($row === null) refuse(404, "Not found\n");
if ($row['expires_at'] <= time()) refuse(410, "This link has expired\n");
if ($row['uses'] >= $row['max_uses']) refuse(410, "This link has been used\n");
if (!is_file($row['file'])) refuse(404, "Not found\n");

$count = $db->prepare('UPDATE script_tokens SET uses = uses + 1 WHERE id = ? AND uses < max_uses');
$count->bind_param('i', $row['id']);
$count->execute();
if ($count->affected_rows !== 1) refuse(410, "This link has been used\n");
$log = $db->prepare('INSERT INTO script_downloads (token_id, address, at) VALUES (?, ?, ?)');
$now = time();
$log->bind_param('isi', $row['id'], $_SERVER['REMOTE_ADDR'], $now);
$log->execute();

header('Content-Type: application/octet-stream');
header('Content-Disposition: attachment; filename="' . basename($row['file']) . '"');
header('Cache-Control: private, no-store');
if (isset($_GET['sendfile'])) {
    header('X-Sendfile: ' . $row['file']);
    exit;
}
header('Content-Length: ' . filesize($row['file']));
set_time_limit(0);
while (ob_get_level() > 0) ob_end_clean();
$file = fopen($row['file'], 'rb');
while (!feof($file)) {
    echo fread($file, 8192);
    flush();
}
fclose($file);
