/** What mysqldump writes of the simulated databases: the format of MariaDB's client, good or bad, loadable for real. */
import { rowsOf, type DbSource, type Value } from './rows';
import { valueIn } from './image';
import { ROUTINES, TABLES, VIEWS, type Table } from './schema';

export interface DumpOptions {
  readonly databases: readonly string[];
  readonly routines: boolean;
  /** Stops before the views as mysqldump does when one refers to nothing: no trailer (cs §11.3, 1). */
  readonly brokenView?: boolean;
}

export const BROKEN_VIEW =
  "mysqldump: Couldn't execute 'SHOW FIELDS FROM `host_view`': View 'cloud.host_view' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack rights to use them (1356)";

export function dumpText(source: DbSource, options: DumpOptions): string {
  const rows = rowsOf(source);
  const out = [
    '/*M!999999\\- enable the sandbox mode */ ',
    '-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)',
    '--',
    `-- Host: localhost    Database: ${options.databases[0] ?? ''}`,
    '-- ------------------------------------------------------',
    '/*!40101 SET NAMES utf8mb4 */;',
    '/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;',
    "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;",
  ];
  for (const database of options.databases) {
    out.push(
      '',
      `-- Current Database: \`${database}\``,
      '',
      `CREATE DATABASE /*!32312 IF NOT EXISTS*/ \`${database}\` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci */;`,
      '',
      `USE \`${database}\`;`,
    );
    for (const table of TABLES.filter((one) => one.database === database))
      out.push(...tableText(table, rows[`${database}.${table.name}`] ?? []));
    if (options.brokenView && database === 'cloud') return out.join('\n');
    if (database === 'cloud') for (const view of VIEWS) out.push(...placeholderView(view.name));
    if (options.routines && database === 'cloud')
      for (const routine of ROUTINES) out.push(...routineText(routine));
  }
  if (options.databases.includes('cloud')) {
    out.push('', '-- Current Database: `cloud`', '', 'USE `cloud`;');
    for (const view of VIEWS) out.push(...viewText(view));
  }
  out.push(
    '',
    '/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;',
    '/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;',
    '',
    `-- Dump completed on ${source.cloud.time.iso().slice(0, 19).replace('T', ' ')}`,
    '',
  );
  return out.join('\n');
}

function tableText(table: Table, rows: readonly Readonly<Record<string, Value>>[]): string[] {
  const columns = table.columns.map(
    (column) => `  \`${column.name}\` ${column.type} ${column.required ? 'NOT NULL' : 'DEFAULT NULL'}`,
  );
  const key = table.columns[0]?.name === 'id' ? ['  PRIMARY KEY (`id`)'] : [];
  const values = rows.map(
    (row) => `(${table.columns.map((column) => literal(valueIn(row, column))).join(',')})`,
  );
  return [
    '',
    `DROP TABLE IF EXISTS \`${table.name}\`;`,
    `CREATE TABLE \`${table.name}\` (`,
    [...columns, ...key].join(',\n'),
    ') ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;',
    `LOCK TABLES \`${table.name}\` WRITE;`,
    ...(values.length > 0 ? [`INSERT INTO \`${table.name}\` VALUES`, `${values.join(',\n')};`] : []),
    'UNLOCK TABLES;',
  ];
}

function literal(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

const placeholderView = (name: string): string[] => [
  '',
  `/*!50001 DROP VIEW IF EXISTS \`${name}\`*/;`,
  `/*!50001 CREATE VIEW \`${name}\` AS SELECT`,
  ' 1 AS `id` */;',
];

const viewText = (view: { readonly name: string; readonly select: string }): string[] => [
  '',
  `/*!50001 DROP VIEW IF EXISTS \`${view.name}\`*/;`,
  '/*!50001 CREATE ALGORITHM=UNDEFINED */',
  '/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */',
  `/*!50001 VIEW \`${view.name}\` AS ${view.select} */;`,
];

const routineText = (routine: (typeof ROUTINES)[number]): string[] => [
  '',
  `/*!50003 DROP PROCEDURE IF EXISTS \`${routine.name}\` */;`,
  'DELIMITER ;;',
  `CREATE DEFINER=\`root\`@\`localhost\` PROCEDURE \`${routine.name}\`(${routine.parameters})`,
  routine.body,
  ';;',
  'DELIMITER ;',
];
